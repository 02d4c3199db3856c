import { createHash } from 'node:crypto';
import { customResourceDefinitions } from './custom-resource';
import { SCHEMA_VERSION } from './labels';

/** SCHEMA_VERSION → what the schemas of that version are, but for words for people. */
const DIGESTS: Record<number, string> = {
  1: '14be7ec0ca1f7e6bebc3e642450ec131092f4cf15e09c163158cc7c820910613',
};

it('a changed schema has a version of its own: raise SCHEMA_VERSION once for each release, and write the digest down', () => {
  const withoutWords = (key: string, value: unknown) => (key === 'description' ? undefined : value);
  const schemas = JSON.stringify(customResourceDefinitions(), withoutWords);
  expect(createHash('sha256').update(schemas).digest('hex')).toBe(DIGESTS[SCHEMA_VERSION]);
});
