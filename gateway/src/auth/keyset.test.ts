import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyset } from './keyset';

const OLD = 'old-0123456789abcdef0123456789abcdef';
const NEW = 'new-0123456789abcdef0123456789abcdef';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'keys-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, 'jwt-keys.json');
const kept = () => JSON.parse(readFileSync(file(), 'utf8')) as { active: string; keys: Record<string, string> };

test('an active key that is not among the keys is named, whatever every object has of that name', () => {
  expect(() => Keyset.of('k2', { k1: OLD })).toThrow('The active key "k2" is not among the keys.');
  expect(() => Keyset.of('constructor', { k1: OLD })).toThrow('The active key "constructor" is not among the keys.');
});

test('the active key signs, every key verifies', () => {
  const keyset = Keyset.of('k2', { k1: OLD, k2: NEW });
  expect(keyset.signing()).toEqual({ active: 'k2', secret: NEW });
  expect([keyset.secretOf('k1'), keyset.secretOf('k2')]).toEqual([OLD, NEW]);
});

test('a key that is not here may have been read by another replica first: it is looked for, and only then', () => {
  const unknownKey = jest.fn();
  const keyset = new Keyset(() => ({ active: 'k1', keys: new Map([['k1', OLD]]) }), unknownKey);
  expect(keyset.secretOf('k1')).toBe(OLD);
  expect(unknownKey).not.toHaveBeenCalled();
  expect(keyset.secretOf('k2')).toBeNull();
  expect(unknownKey).toHaveBeenCalledTimes(1);
  expect(keyset.secretOf(undefined)).toBeNull();
  expect(unknownKey).toHaveBeenCalledTimes(2);
});

test('a secret without a name is named by its hash, which is short and says nothing of it', () => {
  const [one, other] = [Keyset.ofSecret(OLD).signing(), Keyset.ofSecret(NEW).signing()];
  expect(one.secret).toBe(OLD);
  // From `printf %s … | sha256sum`: sign-ins of an earlier start hold as long as the secret is the same.
  expect(one.active).toBe('ae47598c');
  expect(other.active).not.toBe(one.active);
  expect(Keyset.ofSecret(OLD).secretOf(one.active)).toBe(OLD);
  expect(Keyset.ofSecret(NEW).secretOf(one.active)).toBeNull();
});

test('what a key has signed ends with it, also when another takes its name', () => {
  const content = { active: 'k 1', keys: new Map([['k 1', OLD]]) };
  const keyset = new Keyset(() => content);
  const mark = keyset.markOf('k 1')!;
  expect(mark).not.toContain(OLD);
  expect(keyset.holds(mark)).toBe(true);
  content.keys.set('k 2', NEW);
  expect(keyset.holds(mark)).toBe(true);
  content.keys.set('k 1', NEW);
  expect(keyset.holds(mark)).toBe(false);
  content.keys.delete('k 1');
  expect(keyset.holds(mark)).toBe(false);
  expect(keyset.markOf('k 1')).toBeNull();
  expect([keyset.holds(''), keyset.holds('k'), keyset.holds(' ')]).toEqual([false, false, false]);
});

test('a directory without keys gets one that only its owner reads, and the next start has the same', async () => {
  const first = await Keyset.inDirectory(directory);
  expect(readdirSync(directory)).toEqual(['jwt-keys.json']);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const { active, keys } = kept();
  expect(first.signing()).toEqual({ active, secret: keys[active] });
  // RFC 7518 §3.2: as many random bytes as the hash has.
  expect(Buffer.from(keys[active]!, 'base64url')).toHaveLength(32);
  const second = await Keyset.inDirectory(directory);
  expect(second.signing()).toEqual(first.signing());
});

test('two directories never have the same key', async () => {
  const { secret } = (await Keyset.inDirectory(directory)).signing();
  rmSync(file());
  expect((await Keyset.inDirectory(directory)).signing().secret).not.toBe(secret);
});

test('several keys in a directory are all of them used', async () => {
  writeFileSync(file(), JSON.stringify({ active: 'k2', keys: { k1: OLD, k2: NEW } }));
  const keyset = await Keyset.inDirectory(directory);
  expect(keyset.signing()).toEqual({ active: 'k2', secret: NEW });
  expect(keyset.secretOf('k1')).toBe(OLD);
});

test.each([
  ['no JSON', '{"active":"k1","keys":{"k1"'],
  ['nothing', ''],
  ['no keys', '{"active":"k1"}'],
  ['an active key that is not there', JSON.stringify({ active: 'k2', keys: { k1: OLD } })],
  ['a key of 31 characters', JSON.stringify({ active: 'k1', keys: { k1: 'x'.repeat(31) } })],
  ['a key that is a number', JSON.stringify({ active: 'k1', keys: { k1: OLD, k2: 7 } })],
])('a file with %s is left as it is, and the start says what to do', async (_what, content) => {
  writeFileSync(file(), content);
  await expect(Keyset.inDirectory(directory)).rejects.toThrow(
    `${file()} does not hold keys. Restore it from a backup, or move it away to sign everybody out.`,
  );
  expect(readFileSync(file(), 'utf8')).toBe(content);
});

test('a key of 32 characters is long enough', async () => {
  writeFileSync(file(), JSON.stringify({ active: 'k1', keys: { k1: 'x'.repeat(32) } }));
  expect((await Keyset.inDirectory(directory)).signing().secret).toBe('x'.repeat(32));
});
