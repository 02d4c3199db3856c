import type { Algorithm } from 'jsonwebtoken';
import { sign } from 'jsonwebtoken';
import { AppError } from '../errors';
import { authorityOf } from '../testing/authority';
import { Keyset } from './keyset';
import { Revocations } from './revocations';
import { Tokens } from './tokens';

const SECRET = 'k1-0123456789abcdef0123456789abcdef';
const ALICE = { id: 'u1', username: 'alice', role: 'user' } as const;
const START_MS = 1_800_000_000_000;

function setUp(keyset = Keyset.of('k1', { k1: SECRET })) {
  const clock = { ms: START_MS };
  const now = () => clock.ms;
  const revocations = new Revocations(now);
  const authority = authorityOf(keyset, { revocations, now });
  const tokens = new Tokens(keyset, authority, { accessSeconds: 900, signInSeconds: 3600 }, now);
  return { clock, revocations, tokens };
}

function codeOf(verify: () => unknown): string {
  try {
    verify();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** A token that is right but for the given changes. */
function forged(
  claims: object = {},
  { secret = SECRET, kid = 'k1', algorithm = 'HS256' }: { secret?: string; kid?: string; algorithm?: Algorithm } = {},
): string {
  const { tokens } = setUp();
  const good = tokens.issueAccess(ALICE, tokens.startSignIn()).claims;
  const payload = { ...good, iss: 'claude-webui', aud: 'claude-webui', ...claims };
  return sign(payload, secret, { algorithm, keyid: kid });
}

test('an issued token says who, in which sign-in, and until when', () => {
  const { tokens } = setUp();
  const signIn = tokens.startSignIn();
  const { claims } = tokens.verifyAccess(tokens.issueAccess(ALICE, signIn).token).who;
  const iat = START_MS / 1000;
  expect(claims).toMatchObject({ sub: 'u1', name: 'alice', role: 'user', sid: signIn.id, iat, exp: iat + 900 });
  expect(claims.jti).toMatch(/^[0-9a-f-]{36}$/);
});

test('the forgery is accepted when nothing is wrong with it', () => {
  expect(codeOf(() => setUp().tokens.verifyAccess(forged()))).toBe('accepted');
});

test.each([
  ['of another issuer', forged({ iss: 'somebody-else' })],
  ['for another audience', forged({ aud: 'claude-webui-refresh' })],
  ['of an unknown key', forged({}, { kid: 'k9' })],
  ['signed with another secret', forged({}, { secret: 'x'.repeat(32) })],
  ['with an unknown role', forged({ role: 'root' })],
  ['without a sign-in', forged({ sid: undefined })],
  ['with a changed payload', forged().replace(/\.(.)/, (_all, first: string) => `.${first === 'e' ? 'f' : 'e'}`)],
  ['that is not one', 'garbage'],
  ['that is empty', ''],
])('a token %s is refused', (_name, token) => {
  expect(codeOf(() => setUp().tokens.verifyAccess(token))).toBe('unauthorized');
});

test('a token without a signature (alg none) is refused, whatever key it names', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = forged().split('.')[1]!;
  const token = `${part({ alg: 'none', typ: 'JWT', kid: 'k1' })}.${payload}.`;
  expect(codeOf(() => setUp().tokens.verifyAccess(token))).toBe('unauthorized');
});

test('another algorithm is refused even with the right secret', () => {
  expect(codeOf(() => setUp().tokens.verifyAccess(forged({}, { algorithm: 'HS512' })))).toBe('unauthorized');
});

test('a token expires, and says so', () => {
  const { clock, tokens } = setUp();
  const { token } = tokens.issueAccess(ALICE, tokens.startSignIn());
  clock.ms += 899_000;
  expect(codeOf(() => tokens.verifyAccess(token))).toBe('accepted');
  clock.ms += 1000;
  expect(codeOf(() => tokens.verifyAccess(token))).toBe('token-expired');
});

test('no token outlives its sign-in', () => {
  const { clock, tokens } = setUp();
  const signIn = tokens.startSignIn();
  clock.ms += 3_500_000;
  expect(tokens.issueAccess(ALICE, signIn).claims.exp).toBe(START_MS / 1000 + 3600);
});

test('access, refresh and model tokens are not taken for each other', () => {
  const { tokens } = setUp();
  const signIn = tokens.startSignIn();
  const [access, refresh, model] = [
    tokens.issueAccess(ALICE, signIn).token,
    tokens.issueRefresh(ALICE, signIn).token,
    tokens.issueModel('s1'),
  ];
  expect(tokens.verifyModel(model)).toBe('s1');
  expect([refresh, model].map((token) => codeOf(() => tokens.verifyAccess(token)))).toEqual([
    'unauthorized',
    'unauthorized',
  ]);
  expect([access, model].map((token) => codeOf(() => tokens.verifyRefresh(token)))).toEqual([
    'unauthorized',
    'unauthorized',
  ]);
  expect([access, refresh].map((token) => codeOf(() => tokens.verifyModel(token)))).toEqual([
    'unauthorized',
    'unauthorized',
  ]);
});

test('a former key verifies, the active one signs', () => {
  const before = setUp();
  const { token } = before.tokens.issueAccess(ALICE, before.tokens.startSignIn());
  const after = setUp(Keyset.of('k2', { k1: SECRET, k2: 'k2-0123456789abcdef0123456789abcdef' }));
  expect(codeOf(() => after.tokens.verifyAccess(token))).toBe('accepted');
  const fresh = after.tokens.issueAccess(ALICE, after.tokens.startSignIn()).token;
  expect(codeOf(() => before.tokens.verifyAccess(fresh))).toBe('unauthorized');
});

test('a refresh token lives as long as its sign-in, and says whose it is', () => {
  const { clock, tokens } = setUp();
  const signIn = tokens.startSignIn();
  clock.ms += 1_000_000;
  const { token } = tokens.issueRefresh(ALICE, signIn);
  clock.ms = START_MS + 3_599_999;
  expect(tokens.verifyRefresh(token)).toMatchObject({ sub: 'u1', sid: signIn.id, auth_time: START_MS / 1000 });
  clock.ms += 1;
  expect(codeOf(() => tokens.verifyRefresh(token))).toBe('token-expired');
});

test('a token says by which password and through whom somebody has signed in, and nothing of either where there is none', () => {
  const { tokens } = setUp();
  const signIn = tokens.startSignIn();
  for (const issue of ['issueAccess', 'issueRefresh'] as const) {
    const { claims } = tokens[issue]({ ...ALICE, passwordChangedAt: 1_700_000_000 }, signIn);
    expect(claims).toMatchObject({ pwd_at: 1_700_000_000 });
    expect(claims).not.toHaveProperty('idp');
    const other = tokens[issue]({ ...ALICE, provider: 'oidc' }, signIn).claims;
    expect(other).toMatchObject({ idp: 'oidc' });
    expect(other).not.toHaveProperty('pwd_at');
  }
  const { token } = tokens.issueAccess({ ...ALICE, passwordChangedAt: 5, provider: 'oidc' }, signIn);
  expect(tokens.verifyAccess(token).who.claims).toMatchObject({ pwd_at: 5, idp: 'oidc' });
});

test('a session that runs for four weeks still makes its model calls', () => {
  const { clock, tokens } = setUp();
  const token = tokens.issueModel('s1');
  clock.ms += 28 * 24 * 3_600_000;
  expect(tokens.verifyModel(token)).toBe('s1');
  clock.ms += 3 * 24 * 3_600_000;
  expect(codeOf(() => tokens.verifyModel(token))).toBe('token-expired');
});

test('a token for model calls that names no session is for none', () => {
  const nobodys = forged({ aud: 'claude-webui-model', sub: undefined });
  expect(codeOf(() => setUp().tokens.verifyModel(nobodys))).toBe('unauthorized');
  expect(setUp().tokens.verifyModel(forged({ aud: 'claude-webui-model', sub: 's1' }))).toBe('s1');
});

test('a token is known to be of a former key as soon as another signs, and so is its copy that was read back', () => {
  const content = { active: 'k1', keys: new Map([['k1', SECRET]]) };
  const { tokens } = setUp(new Keyset(() => content));
  const { token, claims } = tokens.issueRefresh(ALICE, tokens.startSignIn());
  expect(tokens.isOutdated(claims)).toBe(false);
  expect(tokens.isOutdated(tokens.verifyRefresh(token))).toBe(false);
  content.keys.set('k2', 'k2-0123456789abcdef0123456789abcdef');
  content.active = 'k2';
  expect(tokens.isOutdated(claims)).toBe(true);
  expect(tokens.isOutdated(tokens.verifyRefresh(token))).toBe(true);
  // What is told to a client right after its sign-in holds, as what is read from its token does.
  expect(codeOf(() => tokens.verifyRefresh(tokens.issueRefresh(ALICE, tokens.startSignIn()).token))).toBe('accepted');
});

test('a token that is text, and no claims, is refused though it is signed', () => {
  expect(codeOf(() => setUp().tokens.verifyAccess(sign('text', SECRET, { keyid: 'k1' })))).toBe('unauthorized');
});

test('ending a sign-in ends all its tokens and no others', () => {
  const { tokens } = setUp();
  const [one, other] = [tokens.startSignIn(), tokens.startSignIn()];
  const ended = tokens.issueAccess(ALICE, one);
  const sibling = tokens.issueRefresh(ALICE, one).token;
  tokens.revoke(ended.claims);
  expect(codeOf(() => tokens.verifyAccess(ended.token))).toBe('signed-out');
  expect(codeOf(() => tokens.verifyRefresh(sibling))).toBe('signed-out');
  expect(codeOf(() => tokens.verifyAccess(tokens.issueAccess(ALICE, other).token))).toBe('accepted');
});
