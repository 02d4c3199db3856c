/** A program of the session that swaps a folder for a link to somewhere else, as often as it can, while it is worked on. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RunningWorkspace } from '../testing/running-workspace';

/** Of each operation. The swapping program makes some 50,000 swaps in that time. */
const ROUNDS = 300;
const SWAP = `
  const { renameSync, rmSync, symlinkSync, unlinkSync } = require('node:fs');
  const [folder, spare, outside] = process.argv.slice(1);
  const attempt = (act) => { try { act(); } catch {} };
  for (let n = 0; ; n += 1) {
    attempt(() => renameSync(folder, spare));
    attempt(() => symlinkSync(outside, folder));
    if (n === 0) process.stdout.write('swapping');
    attempt(() => unlinkSync(folder));
    try {
      renameSync(spare, folder);
    } catch ({ code }) {
      // A write has made the folder anew meanwhile; with two of them there would be no swap any more.
      if (code === 'ENOTEMPTY') attempt(() => rmSync(folder, { recursive: true }));
    }
  }`;

const THEIRS = 'what nobody may see';

let files: RunningWorkspace;
let swapper: ChildProcess;
beforeEach(async () => {
  files = await RunningWorkspace.start();
  mkdirSync(files.path('folder/sub'), { recursive: true });
  writeFileSync(files.path('folder/secret'), 'mine');
  writeFileSync(join(files.outside, 'secret'), THEIRS);
  const paths = [files.path('folder'), join(files.base, 'spare'), files.outside];
  swapper = spawn(process.execPath, ['-e', SWAP, '--', ...paths], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(swapper.stdout!, 'data');
});
afterEach(async () => {
  swapper.kill('SIGKILL');
  await once(swapper, 'exit');
  await files.close();
});

function untouched(): void {
  expect(readdirSync(files.outside)).toEqual(['secret']);
  expect(readFileSync(join(files.outside, 'secret'), 'utf8')).toBe(THEIRS);
}

/** Makes so many calls, and more until `isRace` has seen what it waits for among their statuses. */
async function statuses(
  call: (round: number) => Promise<{ status: number | undefined }>,
  isRace: (seen: ReadonlySet<number>) => boolean = () => true,
): Promise<void> {
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS || !isRace(seen); round += 1) {
    const { status = 0 } = await call(round);
    seen.add(status);
  }
}

/** Calls have found the folder, and something else in its place. */
const found = (done: number) => (seen: ReadonlySet<number>) => seen.has(done) && (seen.has(403) || seen.has(404));

test('nothing outside is read', async () => {
  await statuses(async () => {
    const answer = await files.get('folder/secret');
    expect(answer.body.toString()).not.toContain(THEIRS);
    const listing = await files.get('folder');
    if (listing.status === 200) expect(listing.body.toString()).toContain('"sub"');
    return answer;
  }, found(200));
});

test('nothing outside is in an archive', async () => {
  await statuses(async () => {
    const answer = await files.get('?archive=tar.gz');
    expect(gunzipSync(answer.body).includes(THEIRS)).toBe(false);
    return answer;
  });
});

test('nothing outside is written', async () => {
  await statuses((round) => files.put(`folder/new-${round}`, 'x'), found(201));
  untouched();
});

test('nothing outside is deleted', async () => {
  await statuses((round) =>
    round % 2 === 0
      ? files.call('DELETE', '/files/folder/secret')
      : files.call('DELETE', '/files/folder/sub?recursive=true'),
  );
  untouched();
});

test('nothing outside is deleted with the folder itself', async () => {
  await statuses((round) => {
    if (round % 2 === 0) return files.put('folder/secret', 'mine');
    return files.call('DELETE', '/files/folder?recursive=true');
  });
  untouched();
});

test('nothing is moved out or in', async () => {
  await statuses((round) =>
    round % 2 === 0
      ? files.call('POST', '/moves', { from: 'folder/secret', to: `taken ${round}` })
      : files.call('POST', '/moves', { from: `taken ${round - 1}`, to: 'folder/secret' }),
  );
  untouched();
  for (const name of readdirSync(files.root).filter((one) => one.startsWith('taken')))
    expect(readFileSync(files.path(name), 'utf8')).toBe('mine');
});
