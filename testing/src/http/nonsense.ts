/** What nobody of this project says, and what is almost what somebody says: for tests of everything that hears of others. */
import { randomBytes } from 'node:crypto';

const MIB = 1024 * 1024;
export const LONG = 'x'.repeat(MIB);

/** Neither messages nor files of ours. */
export const NONSENSE: readonly (string | Buffer)[] = [
  '',
  '{',
  'null',
  '0',
  '1e999',
  '""',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[1,2]',
  '["a","b"]',
  '{"__proto__":{"polluted":true}}',
  '["__proto__","{}"]',
  '{"constructor":{"prototype":{}}}',
  '\u0000',
  LONG,
  JSON.stringify(LONG),
  JSON.stringify([LONG, LONG]),
  '['.repeat(100_000),
  '{"a":'.repeat(100_000),
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  '- '.repeat(100_000),
  Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
  randomBytes(4096),
];

/** What may stand where something else belongs. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '__proto__',
  LONG,
  [],
  {},
  [[]],
  { type: 'of-a-later-release' },
];

/** Messages that are like a real one but for one place, or one more field. */
export function* variantsOf(message: unknown, values = VALUES): Generator {
  for (const value of values) yield value;
  if (Array.isArray(message)) {
    for (const [at, item] of (message as unknown[]).entries())
      for (const variant of variantsOf(item, values)) yield (message as unknown[]).with(at, variant);
    yield [...(message as unknown[]), 'more'];
  } else if (typeof message === 'object' && message !== null) {
    for (const [name, item] of Object.entries(message))
      for (const variant of variantsOf(item, values)) yield { ...message, [name]: variant };
    yield { ...message, ofALaterRelease: { a: 1 } };
  }
}
