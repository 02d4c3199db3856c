import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Uploads } from './uploads';

let base: string;
beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'uploads-'))));
afterEach(() => rmSync(base, { recursive: true }));

test('an upload that was broken off long ago gives way to a new one', async () => {
  const places = { root: join(base, 'workspace'), uploads: join(base, 'uploads') };
  for (const folder of Object.values(places)) mkdirSync(folder);
  let now = 0;
  const uploads = new Uploads(places, () => now);
  const oldest = await uploads.create({ path: 'oldest', size: 1 }, 10);
  now += 61_000;
  for (let n = 0; n < 31; n += 1) await uploads.create({ path: `file ${n}`, size: 1 }, 10);
  await uploads.create({ path: 'new', size: 1 }, 10);
  await expect(uploads.find(oldest.id)).rejects.toMatchObject({ code: 'upload-not-found' });
  expect(uploads.reserved).toBe(32);
  expect(readdirSync(places.uploads)).toHaveLength(32);
  await uploads.close();
  expect(readdirSync(places.uploads)).toEqual([]);
});
