/** Writes what is made from TypeScript. The test beside this file fails when somebody has forgotten to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './files';

const root = join(__dirname, '..', '..', '..');
for (const [path, content] of generatedFiles(root)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(path);
}
