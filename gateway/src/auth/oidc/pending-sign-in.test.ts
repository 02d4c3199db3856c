import { Keyset } from '../keyset';
import { seal, unseal } from './pending-sign-in';

const KEYS = Keyset.ofSecret('0123456789abcdef0123456789abcdef');
const CONTENT = { state: 's', nonce: 'n', codeVerifier: 'the-verifier', expiresAt: 1000 };

test('what was sealed comes out again, with any key of the set', () => {
  const rotated = Keyset.of('k2', { k1: 'a'.repeat(32), k2: 'b'.repeat(32) });
  expect(unseal(seal(CONTENT, Keyset.of('k1', { k1: 'a'.repeat(32) })), rotated, 0)).toEqual(CONTENT);
});

test('it can be neither read nor changed on the way', () => {
  const [keyId = '', box = ''] = seal(CONTENT, KEYS).split('.');
  const bytes = Buffer.from(box, 'base64url');
  expect(bytes.toString('latin1')).not.toContain('the-verifier');
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(unseal(`${keyId}.${changed.toString('base64url')}`, KEYS, 0)).toBeNull();
  }
});

test('it is worth nothing once it is too old, nor to other keys', () => {
  const sealed = seal(CONTENT, KEYS);
  expect(unseal(sealed, KEYS, 1000)).toBeNull();
  expect(unseal(sealed, Keyset.ofSecret('fedcba9876543210fedcba9876543210'), 0)).toBeNull();
});

test.each(['', '.', 'a.b', 'x'.repeat(5000)])('"%.8s" is nothing of ours', (text) => {
  expect(unseal(text, KEYS, 0)).toBeNull();
});
