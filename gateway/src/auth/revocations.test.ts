import { Revocations } from './revocations';

test('listeners hear of a revocation at once, until they unsubscribe', () => {
  const revocations = new Revocations(() => 0);
  const heard: string[] = [];
  const unsubscribe = revocations.subscribe((id) => heard.push(id));
  revocations.revoke('a', 10);
  unsubscribe();
  revocations.revoke('b', 10);
  expect(heard).toEqual(['a']);
});

test('what has expired anyway is forgotten', () => {
  let now = 0;
  const revocations = new Revocations(() => now);
  revocations.revoke('a', 10);
  expect(revocations.has('a')).toBe(true);
  now = 10;
  revocations.revoke('b', 20);
  expect(revocations.has('a')).toBe(false);
  expect(revocations.has('b')).toBe(true);
});

test('what was revoked until an earlier time stays revoked until the later one', () => {
  let now = 0;
  const revocations = new Revocations(() => now);
  revocations.adopt('a', 0);
  expect(revocations.has('a')).toBe(false);
  const heard: string[] = [];
  revocations.subscribe((id) => heard.push(id));
  revocations.revoke('a', 20);
  expect(heard).toEqual(['a']);
  revocations.adopt('a', 10);
  now = 15;
  expect(revocations.has('a')).toBe(true);
});

test('what has expired takes no room, and what has not is never pushed out', () => {
  let now = 0;
  const revocations = new Revocations(() => now);
  revocations.revoke('first', 10_000_000);
  for (let n = 0; n < 150_000; n += 1) revocations.revoke(`other ${n}`, n < 100_000 ? 1_000_000 : 10_000_000);
  expect(revocations.has('first')).toBe(true);
  now = 2_000_000;
  revocations.revoke('last', 10_000_000);
  expect(revocations.entries()).toHaveLength(50_002);
  expect(revocations.has('first')).toBe(true);
});

test('the other gateways are told of what was revoked here, and never of what they have told themselves', () => {
  const revocations = new Revocations(() => 0);
  const sent: [string, number][] = [];
  const unsubscribe = revocations.subscribeOwn((id, untilMs) => sent.push([id, untilMs]));
  revocations.adopt('theirs', 10);
  revocations.revoke('ours', 20);
  // Who has forgotten it, as a Redis that was emptied, is told again.
  revocations.revoke('theirs', 10);
  unsubscribe();
  revocations.revoke('later', 30);
  expect(sent).toEqual([
    ['ours', 20],
    ['theirs', 10],
  ]);
});

test('a gateway that comes later learns of what still counts, and of nothing else', () => {
  let now = 0;
  const revocations = new Revocations(() => now);
  revocations.revoke('over', 10);
  revocations.revoke('counts', 11);
  now = 10;
  expect(revocations.entries()).toEqual([['counts', 11]]);
});
