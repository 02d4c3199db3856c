import * as z from 'zod';
import { personOf } from './person';

const RULES = {
  usernameClaim: 'preferred_username',
  groupsClaim: 'groups',
  roleMap: [{ group: 'developers', role: 'user' as const }],
};
const ISSUER = 'https://id.example.org';
const ofAlice = (claims: Record<string, unknown>, issuer = ISSUER) =>
  personOf({ groups: ['developers'], ...claims }, { issuer, sub: 'alice-1' }, RULES);

test('a person has the same id at each sign-in, another than the same subject of another provider', () => {
  const { id } = ofAlice({});
  expect(z.uuid().safeParse(id).success).toBe(true);
  expect(ofAlice({ preferred_username: 'alice', groups: 'developers' }).id).toBe(id);
  expect(ofAlice({}, 'https://other.example.org').id).not.toBe(id);
});

test('the name is printable and of bounded length; without one it is the subject', () => {
  expect(ofAlice({ preferred_username: ' Al\u202eice\n' }).username).toBe('Alice');
  expect(ofAlice({ preferred_username: 'x'.repeat(500) }).username).toHaveLength(64);
  expect(ofAlice({ preferred_username: '🚀'.repeat(100) }).username).toBe('🚀'.repeat(64));
  expect(ofAlice({ preferred_username: '\u3164\u200b' }).username).toBe('alice-1');
  expect(ofAlice({ preferred_username: 7 }).username).toBe('alice-1');
  expect(ofAlice({}).username).toBe('alice-1');
});

test('a subject that is shown as a name is printable too, and one of nothing printable is refused', () => {
  const of = (sub: string) => personOf({ groups: ['developers'] }, { issuer: ISSUER, sub }, RULES);
  expect(of('a\nb\u202e').username).toBe('ab');
  for (const sub of ['', ' ', '\n\u202e', '\u3164', '\u0301'])
    expect(() => of(sub)).toThrow(expect.objectContaining({ code: 'provider-refused' }) as Error);
});

test('who is in no group with a role is refused', () => {
  for (const groups of [[], ['others'], undefined, { developers: true }, [['developers']]])
    expect(() => ofAlice({ groups })).toThrow(expect.objectContaining({ code: 'no-role' }) as Error);
});
