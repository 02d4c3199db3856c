/** An ID token counts by its signature, whatever else vouches for the connection that it came over. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from 'jsonwebtoken';
import { OidcProvider } from './provider';

const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const published = newKeys();

let server: Server;
let issuer: string;
let idToken = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(documentAt(request.url ?? '')));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

function documentAt(path: string): object {
  if (path === '/jwks') {
    return { keys: [{ ...published.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] };
  }
  if (path === '/token') return { access_token: 'a', token_type: 'Bearer', id_token: idToken };
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
  };
}

async function signIn(key = published.privateKey, sub = 'alice'): Promise<string> {
  const provider = new OidcProvider({
    name: 'Example',
    issuer,
    clientId: 'webui',
    clientSecret: 'the-client-secret',
    scopes: 'openid',
    usernameClaim: 'preferred_username',
    groupsClaim: 'groups',
    roleMap: [{ group: 'developers', role: 'user' }],
    redirectUri: 'http://terminal.test/auth/oidc/callback',
  });
  const { pending } = await provider.begin();
  const claims = { sub, nonce: pending.nonce, groups: ['developers'], preferred_username: 'alice' };
  const about = { algorithm: 'RS256', keyid: 'k', issuer, audience: 'webui', expiresIn: 60 } as const;
  idToken = sign(claims, key, about);
  const query = new URLSearchParams({ code: 'c', state: pending.state });
  return (await provider.complete(query, pending)).subject.username;
}

test('a token that the provider has signed is taken', async () => {
  expect(await signIn()).toBe('alice');
});

test('a token that somebody else has signed is not', async () => {
  await expect(signIn(newKeys().privateKey)).rejects.toThrow(
    expect.objectContaining({ reason: expect.stringContaining('signature') as string }) as Error,
  );
});

test('a token without a subject is not', async () => {
  await expect(signIn(published.privateKey, '')).rejects.toMatchObject({ code: 'provider-refused' });
});
