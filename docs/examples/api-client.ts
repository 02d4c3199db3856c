/**
 * A whole day with the REST API, by a typed client that is made from the server's own description of it:
 *
 *     npm install openapi-fetch openapi-typescript typescript
 *     npx openapi-typescript https://your.server/api/v1/openapi.json --output api.d.ts
 *
 * Terminals are not REST: see protocol/src/events.ts.
 */
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

const [url = 'http://localhost:3001', username = 'admin', password = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: url });

interface Answer<T> {
  data?: T;
  /** Not from a proxy on the way, and not for a request that is too long to be read. */
  error?: { code: string; title: string; detail?: string } | undefined;
  response: Response;
}

/** The body of an answer, or the server's sentence as an error. */
async function done<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new Error(`${response.status} ${error?.code ?? ''}: ${error?.detail ?? error?.title ?? ''}`);
  return data as NonNullable<T>;
}

const signedIn = await done(api.POST('/auth/login', { body: { username, password } }));
api.use({
  onRequest({ request }) {
    request.headers.set('authorization', `Bearer ${signedIn.token}`);
    return request;
  },
});
console.log(`signed in as ${signedIn.user.username}, ${signedIn.user.role}`);

const started = await done(api.POST('/api/v1/sessions', { body: { name: 'From the API' } }));
const { sessions } = await done(api.GET('/api/v1/sessions', { params: { query: { all: 'false' } } }));
console.log(`listed: ${sessions.map(({ name }) => name).join(', ')}`);

const session = { id: started.id };
for (;;) {
  const { state, end } = await done(api.GET('/api/v1/sessions/{id}', { params: { path: session } }));
  if (state === 'ready') break;
  if (state === 'ended') throw new Error(`the session did not start: ${end?.reason ?? 'nobody knows why'}`);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
const renamed = await done(
  api.PATCH('/api/v1/sessions/{id}', { params: { path: session }, body: { name: 'From a typed client' } }),
);
console.log(`renamed: ${renamed.name}`);

/** A file's place: the `/` between names may be encoded, as this client does it. */
const at = (path: string) => ({ ...session, path });
const FILE = '/api/v1/sessions/{id}/files/{path}';

const stored = await done(
  api.PUT(FILE, {
    params: { path: at('notes/today.txt'), header: { 'If-None-Match': '*' } },
    body: new Blob(['what I did today\n']),
    bodySerializer: (content) => content as Blob,
    headers: { 'content-type': 'application/octet-stream' },
  }),
);
console.log(`uploaded: ${stored.path}, ${stored.size} bytes`);

const listing = await done(api.GET(FILE, { params: { path: at('notes'), query: { limit: 10 } } }));
if (typeof listing === 'string') throw new Error('this is no folder');
console.log(`listed: ${listing.entries.map(({ name }) => name).join(', ')}`);

const content = await done(api.GET(FILE, { params: { path: at('notes/today.txt') }, parseAs: 'text' }));
console.log(`downloaded: ${content.trim()}`);

const moved = await done(
  api.POST('/api/v1/sessions/{id}/moves', {
    params: { path: session },
    body: { from: 'notes/today.txt', to: 'notes/yesterday.txt' },
  }),
);
console.log(`moved: ${moved.path}`);
await done(api.DELETE(FILE, { params: { path: at('notes'), query: { recursive: 'true' } } }));
const gone = await api.GET(FILE, { params: { path: at('notes/yesterday.txt') } });
console.log(`deleted: ${gone.error?.code ?? 'no'}`);

const share = await done(
  api.POST('/api/v1/sessions/{id}/shares', { params: { path: session }, body: { expiresInSeconds: 60 } }),
);
const { shares } = await done(api.GET('/api/v1/sessions/{id}/shares', { params: { path: session } }));
console.log(`links: ${shares.length}, to ${new URL(share.url).pathname}`);
await done(
  api.DELETE('/api/v1/sessions/{id}/shares/{shareId}', { params: { path: { ...session, shareId: share.id } } }),
);

await done(api.DELETE('/api/v1/sessions/{id}', { params: { path: session } }));
const over = await done(api.GET('/api/v1/sessions/{id}', { params: { path: session } }));
console.log(`ended: ${over.end?.reason ?? 'no'}`);
await done(api.POST('/auth/logout'));
console.log('signed out');
