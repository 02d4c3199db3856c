import { createHash } from 'node:crypto';
import type { AuditEvent } from './events';
import { NO_HASH, hashOf, nextLine } from './line';

const WRITER = '00000000-0000-4000-8000-000000000001';
const TIME = '2026-01-01T00:00:00.000Z';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const actor = { kind: 'person', id: 'alice' } as const;

test('a line is its fields by name, and its hash is that of the line without it', () => {
  const event: AuditEvent = { event: 'auth.signed-in', actor, method: 'password' };
  const { text, chain } = nextLine({ writer: WRITER, seq: 7, head: 'f'.repeat(64) }, event, TIME);
  // Written out, as a verifier of somebody else's would.
  const fields =
    '"actor":{"id":"alice","kind":"person"},"event":"auth.signed-in","method":"password","outcome":"success",' +
    `"prev":"${'f'.repeat(64)}","seq":7,"time":"${TIME}","type":"audit","writer":"${WRITER}"`;
  const hash = sha256(`{${fields}}`);
  expect(text).toBe(`{${fields.replace(',"method"', `,"hash":"${hash}","method"`)}}`);
  expect(chain).toEqual({ writer: WRITER, seq: 8, head: hash });
});

test('a failure says so', () => {
  const event: AuditEvent = {
    event: 'auth.sign-in-failed',
    actor: { kind: 'unknown' },
    method: 'password',
    reason: 'x',
  };
  const { text } = nextLine({ writer: WRITER, seq: 0, head: NO_HASH }, event, TIME);
  expect(JSON.parse(text)).toMatchObject({ outcome: 'failure' });
});

test.each<[string, Record<string, unknown>, string]>([
  ['names in the order of their UTF-16 units', { b: 1, a: 2, B: 3, aa: 4, '': 5 }, '{"":5,"B":3,"a":2,"aa":4,"b":1}'],
  ['lists in their own order', { a: ['b', 'a', { z: 1, y: [] }] }, '{"a":["b","a",{"y":[],"z":1}]}'],
  ['nothing and truths', { a: null, b: true, c: false, d: {} }, '{"a":null,"b":true,"c":false,"d":{}}'],
  ['no member without a value', { a: undefined, b: 1 }, '{"b":1}'],
  ['quotes and line ends', { a: '"\\\n\u0007' }, '{"a":"\\"\\\\\\n\\u0007"}'],
  ['text of people', { a: 'Zoë 漢 🙂' }, '{"a":"Zoë 漢 🙂"}'],
  // What would steer a terminal, turn text round or hide it.
  ['C1 controls', { a: '\u0085\u009b' }, '{"a":"\\u0085\\u009b"}'],
  ['DEL', { a: '\u007f' }, '{"a":"\\u007f"}'],
  ['direction marks', { a: '\u202eb\u2066' }, '{"a":"\\u202eb\\u2066"}'],
  ['characters without a width', { a: '\u200b\ufeff\u00ad' }, '{"a":"\\u200b\\ufeff\\u00ad"}'],
  ['line and paragraph separators', { a: '\u2028\u2029' }, '{"a":"\\u2028\\u2029"}'],
  ['tags beyond the first plane', { a: '\u{e0001}' }, '{"a":"\\udb40\\udc01"}'],
  ['such characters in names too', { 'a\u202e': 1 }, '{"a\\u202e":1}'],
])('the hash is of %s', (_what, fields, canonical) => {
  expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(fields)));
  expect(hashOf(fields)).toBe(sha256(canonical));
});

test('the hash is of all fields but itself, however they are ordered', () => {
  const hash = hashOf({ a: 1, b: { c: 2, d: 3 } });
  expect(hashOf({ hash: 'any', b: { d: 3, c: 2 }, a: 1 })).toBe(hash);
  expect(hashOf({ a: 1, b: { c: 2, d: 3, hash: 'one of the event’s own' } })).not.toBe(hash);
});

test('nothing comes before the first line', () => {
  expect(NO_HASH).toBe('0000000000000000000000000000000000000000000000000000000000000000');
});
