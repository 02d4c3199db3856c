import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningWorkspace, jsonOf, refusal } from '../testing/running-workspace';
import { Dice } from '../testing/terminal-streams';
import { bytesOf, nameOf } from './file-name';

let files: RunningWorkspace;
beforeEach(async () => (files = await RunningWorkspace.start()));
afterEach(() => files.close());

/** In ISO 8859-1: "é" alone is no UTF-8. */
const LATIN = Buffer.from('caf\u00e9.txt', 'latin1');
/** A name that is UTF-8 and holds what stands for a raw byte elsewhere. */
const CLASHING = Buffer.from('caf\uefe9.txt');

const at = (...names: (string | Buffer)[]): Buffer =>
  Buffer.concat([Buffer.from(files.root), ...names.flatMap((name) => [Buffer.from('/'), Buffer.from(name)])]);
const namesIn = (...names: (string | Buffer)[]) =>
  readdirSync(at(...names), { encoding: 'buffer' })
    .map((name) => name.toString('latin1'))
    .sort();
const encoded = encodeURIComponent;

test('a name in another encoding is listed, and everything can be done with its file', async () => {
  writeFileSync(at(LATIN), 'content');
  const { entries } = await files.list();
  expect(entries.map(({ name, kind }) => [name, kind])).toEqual([['caf\uefe9.txt', 'file']]);
  const path = encoded('caf\uefe9.txt');
  const answer = await files.get(path);
  expect(answer.body.toString()).toBe('content');
  // Nobody could put a file of the stand-in's name.
  expect(answer.headers['content-disposition']).toBe(`attachment; filename*=UTF-8''${encoded('caf\ufffd.txt')}`);
  expect((await files.put(path, 'new content')).status).toBe(200);
  expect(readFileSync(at(LATIN), 'utf8')).toBe('new content');
  expect((await files.call('POST', '/moves', { from: 'caf\uefe9.txt', to: 'café.txt' })).status).toBe(200);
  expect(readFileSync(files.path('café.txt'), 'utf8')).toBe('new content');
});

test('a folder of such a name is one like any other', async () => {
  mkdirSync(at(LATIN));
  writeFileSync(at('file'), '');
  const path = encoded('caf\uefe9.txt');
  expect((await files.put(`${path}/new/inside`, 'x')).status).toBe(201);
  expect((await files.call('POST', '/moves', { from: 'file', to: 'caf\uefe9.txt/file' })).status).toBe(200);
  mkdirSync(at('elsewhere'));
  const move = { from: 'caf\uefe9.txt', to: 'elsewhere/caf\uefe9.txt' };
  expect((await files.call('POST', '/moves', move)).status).toBe(200);
  expect(namesIn('elsewhere', LATIN)).toEqual(['file', 'new']);
  expect((await files.list(`elsewhere/${path}`)).entries.map(({ name }) => name)).toEqual(['file', 'new']);
});

test('a folder with such names in it can be deleted', async () => {
  mkdirSync(at('folder'));
  mkdirSync(at('folder', LATIN));
  writeFileSync(at('folder', LATIN, LATIN), '');
  expect((await files.call('DELETE', '/files/folder?recursive=true')).status).toBe(204);
  expect(readdirSync(files.root)).toEqual([]);
});

test('two names that would look the same stay two', async () => {
  writeFileSync(at(LATIN), 'latin');
  writeFileSync(at(CLASHING), 'clashing');
  const { entries } = await files.list();
  const contents = await Promise.all(entries.map(async ({ name }) => (await files.get(encoded(name))).body.toString()));
  expect(contents.sort()).toEqual(['clashing', 'latin']);
  // And none is reached by a name that only has the same bytes.
  writeFileSync(at('é'), '');
  expect(refusal(await files.get(encoded('\uefc3\uefa9')))).toEqual([400, 'bad-path']);
});

test('nothing new gets a name that stands for other bytes', async () => {
  writeFileSync(at('file'), '');
  const name = 'x\uefff';
  expect(refusal(await files.put(encoded(name), 'x'))).toEqual([400, 'bad-name']);
  expect(refusal(await files.put(`new/${encoded(name)}/x`, 'x'))).toEqual([400, 'bad-name']);
  expect(refusal(await files.call('POST', '/folders', { path: name }))).toEqual([400, 'bad-name']);
  expect(refusal(await files.call('POST', '/uploads', { path: name, size: 1 }))).toEqual([400, 'bad-name']);
  expect(refusal(await files.call('POST', '/moves', { from: 'file', to: name }))).toEqual([400, 'bad-name']);
  expect(refusal(await files.call('POST', '/folders', { path: 'x\ud800' }))).toEqual([400, 'bad-path']);
  expect(readdirSync(files.root)).toEqual(['file']);
});

test('a name may be as long as the kernel permits, in bytes', async () => {
  const longest = Buffer.alloc(255, 0xff);
  writeFileSync(at(longest), 'x');
  const [entry] = (await files.list()).entries;
  expect((await files.get(encoded(entry?.name ?? ''))).body.toString()).toBe('x');
});

test('an archive has the bytes of each name, link and folder', async () => {
  const long = Buffer.alloc(200, 0xe9);
  mkdirSync(at(LATIN));
  writeFileSync(at('a first one'), 'first');
  writeFileSync(at(LATIN, long), 'x'.repeat(700));
  writeFileSync(at(LATIN, 'übung'), 'between');
  // Larger than what is written at once.
  for (let n = 0; n < 20; n += 1) writeFileSync(at(LATIN, Buffer.from([0xff, 0x41 + n])), randomBytes(100_001));
  symlinkSync(LATIN, at('link'));
  symlinkSync('target', at(LATIN, Buffer.concat([LATIN, LATIN])));
  writeFileSync(at(CLASHING), 'clashing');
  const { body } = await files.get('?archive=tar.gz');
  const unpacked = mkdtempSync(join(tmpdir(), 'unpacked-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-xzf', '-', '-C', unpacked, '--strip-components=1'], { input: body });
    expect([status, stderr.toString()]).toEqual([0, '']);
    const { stdout } = spawnSync('diff', ['-r', '--no-dereference', files.root, unpacked]);
    expect(stdout.toString('latin1')).toBe('');
    expect(readlinkSync(join(unpacked, 'link'), { encoding: 'buffer' }).equals(LATIN)).toBe(true);
  } finally {
    rmSync(unpacked, { recursive: true });
  }
});

test('whatever bytes a name has: listed, read, renamed, moved back and deleted', async () => {
  const dice = new Dice(24);
  for (let round = 0; round < 200; round += 1) {
    const bytes = randomName(dice);
    writeFileSync(at(bytes), `content ${round}`);
    const [entry, ...others] = (await files.list()).entries;
    const name = entry?.name ?? '';
    expect({ bytes, others, again: bytesOf(name) }).toEqual({ bytes, others: [], again: bytes });
    expect((await files.get(encoded(name))).body.toString()).toBe(`content ${round}`);
    expect((await files.call('POST', '/moves', { from: name, to: 'plain' })).status).toBe(200);
    expect(jsonOf<{ path: string }>(await files.call('POST', '/folders', { path: 'folder' })).path).toBe('folder');
    expect(readdirSync(files.root).sort()).toEqual(['folder', 'plain']);
    expect((await files.call('DELETE', '/files/plain')).status).toBe(204);
    writeFileSync(at('folder', bytes), '');
    expect((await files.call('DELETE', `/files/folder/${encoded(name)}`)).status).toBe(204);
    expect((await files.call('DELETE', '/files/folder')).status).toBe(204);
  }
});

test('no two names are called the same, and each name leads back to its bytes', () => {
  const dice = new Dice(7);
  const bytesByName = new Map<string, string>();
  for (let round = 0; round < 50_000; round += 1) {
    const bytes = randomName(dice);
    const name = nameOf(bytes);
    expect(bytesOf(name).equals(bytes)).toBe(true);
    const latin = bytes.toString('latin1');
    expect(bytesByName.get(name) ?? latin).toBe(latin);
    bytesByName.set(name, latin);
  }
});

/** Short, so that names meet; of bytes that begin, continue and break UTF-8, and of the code points that stand for raw bytes. */
function randomName(dice: Dice): Buffer {
  const pieces = Array.from({ length: 1 + dice.below(6) }, () =>
    dice.chance(3)
      ? Buffer.from(dice.one(['é', '€', '😀', '\uef80', '\uefe9', '\uefff', '\uf000', 'b']))
      : Buffer.from([
          dice.one([0x61, 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xee, 0xbe, 0xef, 0xed, 0xf0, 0xf4, 0xff]),
        ]),
  );
  return Buffer.concat(pieces);
}
