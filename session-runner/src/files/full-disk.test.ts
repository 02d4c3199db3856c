import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileUpload } from '@claude-webui/protocol';
import { testUnless } from '@claude-webui/testing/unless';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';
import { mountVolume } from '../testing/small-volume';

const KIB = 1024;
const volume = mountVolume(512);
const onVolume = (name: string, body: () => Promise<void>) =>
  testUnless(volume === null ? 'only root may mount a small volume' : null, name, body);
const base = volume?.path ?? '';
afterAll(() => volume?.unmount());

let files: RunningWorkspace;
beforeEach(async () => {
  const places = { root: join(base, 'workspace'), uploads: join(base, 'uploads') };
  if (volume !== null) for (const folder of Object.values(places)) mkdirSync(folder, { recursive: true });
  files = await RunningWorkspace.start(volume === null ? {} : places);
});
afterEach(() => files.close());

onVolume('a file for which there is no room is refused before it comes', async () => {
  const { outgoing, answer } = files.open('PUT', '/files/large', { 'content-length': 600 * KIB });
  outgoing.flushHeaders();
  const refused = await answer;
  expect(refusal(refused)).toEqual([507, 'no-space']);
  expect(jsonOf<{ detail: string }>(refused).detail).toMatch(/^The file has 600 KiB, and \d+ KiB are free/);
  outgoing.destroy();
});

onVolume('a file that fills the disk while it comes leaves nothing, and the file from before', async () => {
  await files.put('file', 'before');
  const { outgoing, answer } = files.open('PUT', '/files/file', { 'transfer-encoding': 'chunked' });
  outgoing.end(Buffer.alloc(700 * KIB));
  expect(refusal(await answer)).toEqual([507, 'no-space']);
  expect((await files.get('file')).body.toString()).toBe('before');
  expect(readdirSync(join(base, 'uploads'))).toEqual([]);
});

onVolume('room that one upload has been promised is not promised to another', async () => {
  const begin = () => files.call('POST', '/uploads', { path: 'file', size: 300 * KIB, overwrite: true });
  const first = await begin();
  expect(first.status).toBe(201);
  expect(refusal(await begin())).toEqual([507, 'no-space']);
  const { id } = jsonOf<FileUpload>(first);
  expect((await files.call('DELETE', `/uploads/${id}`)).status).toBe(204);
  expect((await begin()).status).toBe(201);
});

onVolume('an upload for which the room has gone goes on when there is room again', async () => {
  const { id } = jsonOf<FileUpload>(await files.call('POST', '/uploads', { path: 'late', size: 300 * KIB }));
  writeFileSync(join(base, 'filler'), Buffer.alloc(400 * KIB));
  const send = async (offset: number) =>
    files.call('PATCH', `/uploads/${id}`, Buffer.alloc(300 * KIB - offset, 'x'), { 'upload-offset': offset });
  expect(refusal(await send(0))).toEqual([507, 'no-space']);
  writeFileSync(join(base, 'filler'), '');
  const offset = Number((await files.call('HEAD', `/uploads/${id}`)).headers['upload-offset']);
  expect((await send(offset)).status).toBe(201);
  expect(readFileSync(join(base, 'workspace/late'), 'utf8')).toBe('x'.repeat(300 * KIB));
});

onVolume('a folder of the workspace may be another volume', async () => {
  await files.close();
  files = await RunningWorkspace.start({ root: join(base, 'workspace') });
  writeFileSync(join(base, 'workspace/there'), 'before', { mode: 0o600 });
  expect((await files.put('there', 'after')).status).toBe(200);
  expect((await files.put('new', 'x', { 'if-none-match': '*' })).status).toBe(201);
  expect((await files.put('new', 'y', { 'if-none-match': '*' })).status).toBe(412);
  expect(readdirSync(join(base, 'workspace')).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(readFileSync(join(base, 'workspace/there'), 'utf8')).toBe('after');
});
