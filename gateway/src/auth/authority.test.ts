import { authorityOf } from '../testing/authority';
import type { Claims } from './claims';
import { Keyset } from './keyset';
import { Revocations } from './revocations';
import type { UserRole } from './roles';

const NOW_MS = 1_800_000_000_000;
const SOON = NOW_MS / 1000 + 60;
const keyset = Keyset.of('k1', { k1: 'k1-0123456789abcdef0123456789abcdef' });

let now: number;
let roles: Record<string, UserRole | null>;
let letIn: boolean;
let revocations: Revocations;

beforeEach(() => {
  now = NOW_MS;
  roles = {};
  letIn = true;
  revocations = new Revocations(() => now);
});

const standing = {
  isLetIn: () => letIn,
  roleOf: (id: string, given: UserRole) => (id in roles ? (roles[id] ?? null) : given),
};
const authority = () => authorityOf(keyset, { revocations, standing, now: () => now });

const claims = (changes: Partial<Claims> = {}): Claims => ({
  ...{ sub: 'alice', name: 'alice', role: 'user', sid: 'sign-in', auth_time: 0, jti: 'token', iat: 0, exp: SOON },
  signedBy: keyset.markOf('k1') ?? '',
  ...changes,
});

describe('the access of a person', () => {
  test('holds until its token expires, and what was begun may go on then', () => {
    const access = authority().person(claims());
    now = NOW_MS + 59_999;
    expect(access.lapse()).toBeNull();
    now = NOW_MS + 60_000;
    expect([access.lapse(), access.withdrawn()]).toEqual(['token-expired', null]);
  });

  test.each<[string, () => void]>([
    ['its sign-in is ended', () => authority().endSignIn(claims(), NOW_MS + 60_000)],
    ['its token was revoked', () => revocations.revoke('token', NOW_MS + 60_000)],
    ['its person is let in no more', () => (letIn = false)],
  ])('ends when %s', (_what, end) => {
    const access = authority().person(claims());
    end();
    expect([access.stillHolds(), access.withdrawn()]).toEqual([false, 'signed-out']);
  });

  test('ends with the key that has signed it', () => {
    const gone = claims({ signedBy: 'k0 of before' });
    expect(authority().person(gone).lapse()).toBe('signed-out');
  });

  test.each<[UserRole, UserRole]>([
    ['admin', 'user'],
    ['user', 'viewer'],
    ['viewer', 'admin'],
  ])('in the role of %s does not hold for a person who is now %s', (role, present) => {
    const access = authority().person(claims({ role }));
    roles['alice'] = present;
    expect(access.withdrawn()).toBe('token-expired');
  });

  test('of a provider has the role that the provider gave', () => {
    roles['alice'] = null;
    expect(
      authority()
        .person(claims({ idp: 'oidc' }))
        .lapse(),
    ).toBeNull();
  });
});

describe('the access of a session’s owner', () => {
  test.each<[UserRole, UserRole | null, boolean]>([
    ['user', 'user', true],
    ['user', 'admin', true],
    ['admin', 'admin', true],
    ['admin', 'user', false],
    ['user', 'viewer', false],
    ['user', null, false],
  ])('started as %s by who is now %s: %s', (given, present, holds) => {
    roles['alice'] = present;
    expect(
      authority()
        .owner({ owner: 'alice', launch: { role: given } })
        .stillHolds(),
    ).toBe(holds);
  });
});

test('who listens hears what was revoked', () => {
  const heard: string[] = [];
  const unsubscribe = authority().subscribe((id) => heard.push(id));
  authority().endSignIn(claims(), NOW_MS + 60_000);
  authority().endLink({ id: 'link', expiresAt: new Date(NOW_MS + 1000).toISOString() });
  unsubscribe();
  authority().endSignIn(claims({ sid: 'later' }), NOW_MS + 60_000);
  expect(heard).toEqual(['sign-in', 'link']);
});
