import { standingOf } from './standing';
import type { User } from './users';

const ALICE: User = { id: 'a1', username: 'alice', role: 'admin', passwordChangedAt: 7, disabled: false };
const PROVIDERS = '01234567-89ab-8def-8123-456789abcdef';

const store = (...users: User[]) => ({
  isEmpty: users.length === 0,
  get: (id: string) => users.find((user) => user.id === id && !user.disabled) ?? null,
});

test.each([
  ['with the password of now', { sub: 'a1', pwd_at: 7 }, true],
  ['with a former password', { sub: 'a1', pwd_at: 6 }, false],
  ['without a password', { sub: 'a1' }, false],
  ['as somebody who is not there', { sub: 'b2', pwd_at: 7 }, false],
])('a sign-in %s counts: %s', (_what, claims, isLetIn) => {
  expect(standingOf(store(ALICE), false).isLetIn(claims)).toBe(isLetIn);
});

test('somebody of a provider is let in as long as there is one', () => {
  const claims = { sub: PROVIDERS, idp: 'oidc' as const };
  expect(standingOf(store(ALICE), true).isLetIn(claims)).toBe(true);
  expect(standingOf(store(ALICE), false).isLetIn(claims)).toBe(false);
});

test('the role is the one of now, none for who is disabled or gone, and the provider’s for its people', () => {
  const { roleOf } = standingOf(store(ALICE, { ...ALICE, id: 'b2', disabled: true }), true);
  expect([roleOf('a1', 'user'), roleOf('b2', 'user'), roleOf('c3', 'user')]).toEqual(['admin', null, null]);
  expect(roleOf(PROVIDERS, 'viewer')).toBe('viewer');
  expect(standingOf(store(ALICE), false).roleOf(PROVIDERS, 'viewer')).toBeNull();
});

test('a store that is empty has lost its users, and takes nobody’s sessions', () => {
  expect(standingOf(store(), false).roleOf('a1', 'user')).toBe('user');
});
