import { generateKeyPairSync } from 'node:crypto';
import { credentialShape, keysetShape, runnerBindShape, usersShape } from './shapes';

const STRONG = 'q7Jm2xVw9sKdT4ZbN8rYcH3fLgP6aEuR1oWi5MvBnXk=';
const OTHER = 'b2Kf8sPz0wQmX5VhT7nLcR4jGdY1aEiU6oHx3CvBqZs=';
const keyset = (active: string, keys: object) => JSON.stringify({ active, keys });

function problemOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

test('a keyset has its keys by name, and one of them active', () => {
  const { active, keys } = keysetShape(true)(`${keyset('k2', { k1: STRONG, k2: OTHER })}\n`);
  expect(active).toBe('k2');
  expect([...keys]).toEqual([
    ['k1', STRONG],
    ['k2', OTHER],
  ]);
});

test.each([
  ['no JSON', STRONG, 'is not JSON'],
  ['another shape', JSON.stringify({ k1: STRONG }), 'does not look like {"active"'],
  ['a number for a key', keyset('k1', { k1: 12345 }), '(at keys.k1)'],
  ['an active key that is not there', keyset('k3', { k1: STRONG }), 'not among its keys'],
  ['a name of the prototype', keyset('constructor', { k1: STRONG }), 'not among its keys'],
  ['a key in the place of its name', keyset('k1', { [STRONG]: 'k1' }), 'Is it a key itself?'],
  ['a short key', keyset('k1', { k1: STRONG.slice(0, 20) }), '"k1" is shorter than 32 bytes'],
  [
    'a placeholder',
    keyset('k1', { k1: STRONG, k2: 'your-super-secret-jwt-key-change-in-production' }),
    '"k2" is a placeholder',
  ],
  ['a repetition', keyset('k1', { k1: 'abcdefghij'.repeat(4) }), 'repeats itself'],
])('a keyset with %s is refused, and no key is said', (_name, text, why) => {
  const problem = problemOf(() => keysetShape(true)(text));
  expect(problem).toContain(why);
  for (const piece of [STRONG.slice(0, 12), '12345', 'super-secret', 'abcdefghij'])
    expect(problem).not.toContain(piece);
});

test('outside production keys may be guessable, but not short', () => {
  expect(problemOf(() => keysetShape(false)(keyset('k1', { k1: 'a'.repeat(32) })))).toBe('accepted');
  expect(problemOf(() => keysetShape(false)(keyset('k1', { k1: 'a' })))).toContain('openssl rand');
});

const USER = {
  id: 'f4ad2bd6-0d8a-4d53-8b14-6e6ac4bd8a0a',
  username: 'alice',
  role: 'user',
  passwordHash: '$argon2id$v=19$m=19456,p=1,t=2$c2FsdHNhbHQ$aGFzaGhhc2g',
  passwordChangedAt: 1_700_000_000,
  disabled: false,
};

test.each([
  [
    'a password in clear',
    [{ ...USER, passwordHash: 'hunter2-in-clear' }],
    'users.0.passwordHash): passwords are kept as argon2id hashes',
  ],
  [
    'the same name twice',
    [USER, { ...USER, id: '0b1f5a3e-55a9-4c6c-9b0c-0a3f2f6ce111' }],
    'two users have the same name',
  ],
  ['the same id twice', [USER, { ...USER, username: 'bob' }], 'two users have the same id'],
  ['a name of nothing', [{ ...USER, username: '' }], 'users.0.username): a name must have characters that can be seen'],
  ['a name that reads backwards', [{ ...USER, username: 'al\u202eice' }], 'users.0.username): a name must'],
  ['a field too many', [{ ...USER, 'hunter2-in-clear': true }], 'does not look like'],
  ['an unknown role', [{ ...USER, role: 'root' }], '(at users.0.role)'],
])('users with %s are refused, and no hash is said', (_name, users, why) => {
  const problem = problemOf(() => usersShape(JSON.stringify({ users })));
  expect(problem).toContain(why);
  expect(problem).not.toContain('hunter2');
  expect(problem).not.toContain('aGFz');
});

test('users are understood as the command line writes them', () => {
  expect(usersShape(JSON.stringify({ users: [USER] }))).toEqual([USER]);
});

test.each([
  ['sk-ant-abc\n', { kind: 'api-key', value: 'sk-ant-abc' }],
  ['{"apiKey": "sk-ant-abc"}', { kind: 'api-key', value: 'sk-ant-abc' }],
  ['{"authToken": "abc"}', { kind: 'bearer', value: 'abc' }],
])('%j pays for model calls', (text, credential) => expect(credentialShape(text)).toEqual(credential));

test.each([
  '',
  '{"apiKey": "planted", "authToken": "planted"}',
  '{"apiKey": "plan\\nted"}',
  '{planted',
  '["planted"]',
  'plan ted',
])('%j pays for nothing, and is not said', (text) => {
  const problem = problemOf(() => credentialShape(text));
  expect(problem).toContain('{"apiKey": "…"}');
  expect(problem).not.toMatch(/plan/);
});

test('the key for session pods is on P-256', () => {
  const pemOn = (namedCurve: string) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  };
  expect(runnerBindShape(pemOn('P-256')).asymmetricKeyType).toBe('ec');
  expect(problemOf(() => runnerBindShape(pemOn('P-384')))).toContain('P-256');
  expect(problemOf(() => runnerBindShape('planted'))).toMatch(/^is not a private key as PEM\. Make one/);
});
