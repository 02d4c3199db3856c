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
  expect(revocations.isRevoked({ jti: 'a', sid: 's' })).toBe(true);
  now = 10;
  revocations.revoke('b', 20);
  expect(revocations.isRevoked({ jti: 'a', sid: 's' })).toBe(false);
  expect(revocations.isRevoked({ jti: 'x', sid: 'b' })).toBe(true);
});
