import { keysChanged } from './key-changes';

const keys = (active: string, content: Record<string, string>) => ({ active, keys: new Map(Object.entries(content)) });

test.each([
  ['a key that signs from now on beside the old one', keys('k2', { k1: 'a', k2: 'b' }), []],
  ['a key that verifies no more', keys('k2', { k2: 'b' }), ['k1']],
  ['another key under the same name', keys('k1', { k1: 'c' }), ['k1']],
  ['a key that does not sign yet', keys('k1', { k1: 'a', k2: 'b' }), []],
  ['the other key of two', keys('k2', { k1: 'a', k2: 'b' }), []],
])('%s is told', (_what, now, withdrawn) => {
  expect(keysChanged(keys('k1', { k1: 'a' }), now)).toMatchObject({
    event: 'auth.keys-changed',
    active: now.active,
    withdrawn,
  });
});

test('keys that were only written anew are no change', () => {
  expect(keysChanged(keys('k1', { k1: 'a', k2: 'b' }), keys('k1', { k2: 'b', k1: 'a' }))).toBeNull();
});

test('one line names at most 64 keys', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, 'a']));
  expect(keysChanged(keys('k0', many), keys('n', { n: 'b' }))).toMatchObject({ withdrawn: { length: 64 } });
});
