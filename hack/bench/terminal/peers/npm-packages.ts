import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../peer';
import { runToEnd } from '../server-process';

/** Directory of a package from npm, installed in the cache when it is not there yet. */
export async function npmPackage({ cache }: Bench, name: string, version: string): Promise<string> {
  const prefix = join(cache, `${name.replace(/\W+/g, '-')}-${version}`);
  const directory = join(prefix, 'node_modules', name);
  if (existsSync(directory)) return directory;
  mkdirSync(prefix, { recursive: true });
  writeFileSync(join(prefix, 'package.json'), '{"private":true}');
  await runToEnd('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', `${name}@${version}`]);
  return directory;
}
