import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './files';

const root = join(__dirname, '..', '..');

describe('generated files', () => {
  it.each([...generatedFiles(root)])('%s is what "npm run generate" writes', (path, content) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  });
});
