import { accessSync, constants, statSync } from 'node:fs';

/** Why this file cannot be started, in a sentence; null if it can. */
export function whyNotExecutable(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return `${file} is not a file.`;
    accessSync(file, constants.X_OK);
    return null;
  } catch {
    return `${file} does not exist or may not be executed.`;
  }
}
