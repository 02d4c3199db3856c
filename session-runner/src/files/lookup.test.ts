import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileLookup } from '@claude-webui/protocol';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';

let files: RunningWorkspace;
beforeEach(async () => {
  files = await RunningWorkspace.start();
  mkdirSync(files.path('src'));
  writeFileSync(files.path('src/a.ts'), '');
  writeFileSync(files.path('odd:12'), '');
});
afterEach(() => files.close());

const lookUp = (path: string) => files.call('GET', `/lookup?path=${encodeURIComponent(path)}`);

test.each([
  ['src/a.ts', 'src/a.ts', 'file', undefined],
  ['./src/../src/a.ts', 'src/a.ts', 'file', undefined],
  ['  src/a.ts  ', 'src/a.ts', 'file', undefined],
  ['src/', 'src', 'folder', undefined],
  ['.', '', 'folder', undefined],
  ['src/a.ts:12', 'src/a.ts', 'file', 12],
  ['src/a.ts:12:7', 'src/a.ts', 'file', 12],
  ['odd:12', 'odd:12', 'file', undefined],
])('what programs print as %s is found', async (printed, path, kind, line) => {
  const found = jsonOf<FileLookup>(await lookUp(printed));
  expect(found).toEqual({
    path,
    sessionPath: path === '' ? files.root : files.path(path),
    kind,
    ...(line && { line }),
  });
});

test('an absolute path, as Claude prints it, is found', async () => {
  expect(jsonOf<FileLookup>(await lookUp(files.path('src/a.ts')))).toMatchObject({ path: 'src/a.ts', kind: 'file' });
  expect(jsonOf<FileLookup>(await lookUp(`${files.path('src/a.ts')}:3`))).toMatchObject({ path: 'src/a.ts', line: 3 });
  expect(jsonOf<FileLookup>(await lookUp(files.root))).toMatchObject({ path: '', kind: 'folder' });
});

test('what is outside is said to be outside, whether it is there or not', async () => {
  symlinkSync(files.outside, files.path('link'));
  for (const path of ['/etc/passwd', '/none', '~/.bashrc', '../x', `${files.root}/../outside/secret`])
    expect(refusal(await lookUp(path))).toEqual([404, 'outside-workspace']);
  expect(refusal(await lookUp('link/secret'))).toEqual([403, 'file-is-link']);
  expect(jsonOf<FileLookup>(await lookUp('link'))).toMatchObject({ kind: 'link' });
  expect(refusal(await lookUp('src/b.ts:1'))).toEqual([404, 'file-not-found']);
  expect(refusal(await lookUp(join('src', 'a\0b')))).toEqual([400, 'bad-path']);
});
