import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = '@anthropic-ai/claude-code';

/**
 * The CLI of the npm package that this one depends on, or null if it is not installed. Its install script links the
 * platform's binary into it; without install scripts the binary is only in the platform's own package.
 */
export function findClaude(): string | null {
  const candidates = [
    [PACKAGE, 'bin/claude.exe'],
    [`${PACKAGE}-${process.platform}-${process.arch}`, 'claude'],
  ] as const;
  for (const [name, file] of candidates) {
    const path = join(packageDirectory(name) ?? '', file);
    if (existsSync(path)) return path;
  }
  return null;
}

function packageDirectory(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
