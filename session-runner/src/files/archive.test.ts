import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningWorkspace } from '../testing/running-workspace';

let files: RunningWorkspace;
let unpacked: string;
beforeEach(async () => {
  files = await RunningWorkspace.start();
  unpacked = mkdtempSync(join(tmpdir(), 'unpacked-'));
});
afterEach(async () => {
  await files.close();
  rmSync(unpacked, { recursive: true });
});

/** By the system's own tar. */
function unpack(archive: Buffer): void {
  const { status, stderr } = spawnSync('tar', ['-xzf', '-', '-C', unpacked], { input: archive });
  expect([status, stderr.toString()]).toEqual([0, '']);
}

test('a folder is downloaded with all that is in it', async () => {
  const bytes = randomBytes(300_000);
  const deep = `${'a folder with a long name/'.repeat(8)}übung – 日本.txt`;
  mkdirSync(files.path('project/empty'), { recursive: true });
  mkdirSync(files.path('project', deep, '..'), { recursive: true });
  writeFileSync(files.path('project/data.bin'), bytes);
  writeFileSync(files.path('project/nothing'), '');
  writeFileSync(files.path('project', deep), 'deep');
  writeFileSync(files.path('project/script'), '#!/bin/sh\n');
  chmodSync(files.path('project/script'), 0o755);
  symlinkSync('../../outside/secret', files.path('project/link'));
  spawnSync('mkfifo', [files.path('project/pipe')]);
  const { status, headers, body } = await files.get('project?archive=tar.gz');
  expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
    200,
    'application/gzip',
    `attachment; filename*=UTF-8''project.tar.gz`,
  ]);
  unpack(body);
  const at = (...path: string[]) => join(unpacked, 'project', ...path);
  expect(readdirSync(at()).sort()).toEqual([
    'a folder with a long name',
    'data.bin',
    'empty',
    'link',
    'nothing',
    'script',
  ]);
  expect(readFileSync(at('data.bin')).equals(bytes)).toBe(true);
  expect(readFileSync(at(deep), 'utf8')).toBe('deep');
  expect(statSync(at('script')).mode & 0o777).toBe(0o755);
  // As a link, and not what it leads to.
  expect(readlinkSync(at('link'))).toBe('../../outside/secret');
});

test('the workspace itself is a folder too', async () => {
  writeFileSync(files.path('file'), 'x');
  unpack((await files.get('?archive=tar.gz')).body);
  expect(readFileSync(join(unpacked, 'workspace/file'), 'utf8')).toBe('x');
});

test('a file that grows or shrinks while it is read does not break the archive', async () => {
  for (let n = 0; n < 30; n += 1) writeFileSync(files.path(`file ${n}`), randomBytes(200_000));
  const { outgoing, answer } = files.open('GET', '/files/?archive=tar.gz');
  outgoing.end();
  await once(outgoing, 'response');
  for (let n = 0; n < 30; n += 1) writeFileSync(files.path(`file ${n}`), randomBytes(n % 2 === 0 ? 100 : 400_000));
  unpack((await answer).body);
  expect(readdirSync(join(unpacked, 'workspace'))).toHaveLength(30);
});

test('a reader that leaves in the middle leaves nothing open', async () => {
  for (let n = 0; n < 30; n += 1) {
    mkdirSync(files.path(`folder ${n}`));
    writeFileSync(files.path(`folder ${n}/file`), randomBytes(1_000_000));
  }
  const before = descriptors();
  const { outgoing } = files.open('GET', '/files/?archive=tar.gz');
  outgoing.end();
  await once(outgoing, 'response');
  outgoing.destroy();
  // Two calls' own sockets come and go.
  while (descriptors() > before) await files.get('');
});

/** Of this process, those that lead into the workspace. */
function descriptors(): number {
  const { stdout } = spawnSync('ls', ['-l', `/proc/${process.pid}/fd`]);
  return stdout.toString().split(files.root).length - 1;
}
