/** The document against the routes: what is served is described, what is described is served, and as it says. */
import type { Express } from 'express';
import { OidcProvider } from '../auth/oidc/provider';
import type { User } from '../auth/users';
import type { Content } from './operation';
import { documentedPath, openApiDocument } from './openapi';
import type { CallOptions, RunningApp } from './testing/running-app';
import { PASSWORD, runApp, sessionRecord } from './testing/running-app';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
/** The web client's: no part of the API. */
const PAGES = ['/', '/s{/*rest}', '/administration{/*rest}'];

interface Described {
  security: Record<string, unknown>[];
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, unknown>;
}

const document = openApiDocument();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Described })),
);
const table = operations.map((one) => [`${one.method} ${one.path}`, one] as const);

const provider = new OidcProvider({
  name: 'Example',
  issuer: 'http://127.0.0.1:1',
  clientId: 'webui',
  clientSecret: null,
  scopes: 'openid',
  usernameClaim: 'preferred_username',
  groupsClaim: 'groups',
  roleMap: [],
  redirectUri: 'http://terminal.test/auth/oidc/callback',
});

let app: RunningApp;
let admin: User;
let session: string;
beforeAll(async () => {
  app = await runApp({ oidc: provider });
  admin = await app.users.add('root', 'admin', PASSWORD);
  const record = sessionRecord(admin.id, { state: 'ready' });
  app.sessions.records = [record];
  session = record.id;
});
afterAll(() => app.close());

/** An address of a documented path: of the session that there is, and else of nothing in particular. */
const addressOf = (path: string) =>
  path.replace('/sessions/{id}', `/sessions/${session}`).replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000001');

async function call(method: string, path: string, options: CallOptions = {}) {
  const response = await app.call(method.toUpperCase(), path, options);
  const { status, headers } = response;
  const text = await response.text();
  const { code, detail } = (text === '' ? {} : JSON.parse(text)) as { code?: string; detail?: string };
  return { status, headers, code, detail };
}

/** What Express has registered, as the document writes it. */
function servedBy({ router }: Express): string[] {
  return router.stack.flatMap(({ route }) => {
    if (route === undefined || PAGES.includes(route.path)) return [];
    const methods = route.stack.flatMap(({ method }) => ((method as string | undefined) === undefined ? [] : [method]));
    return [...new Set(methods)].map((method) => `${method} ${documentedPath(route.path)}`);
  });
}

test('the document has the routes that the server has, and the server those of the document', () => {
  // Express serves HEAD by GET.
  const described = table.map(([name]) => name).filter((name) => !name.startsWith('head '));
  expect(servedBy(app.express).sort()).toEqual(described.sort());
});

test.each(Object.entries(document.paths))('%s says which methods it takes to any other', async (path, methods) => {
  const taken = new Set(Object.keys(methods));
  if (taken.has('get')) taken.add('head');
  const others = METHODS.filter((method) => !taken.has(method));
  expect(others.length).toBeGreaterThan(0);
  for (const method of others) {
    const { status, headers } = await call(method, addressOf(path), { as: admin });
    expect([method, status]).toEqual([method, 405]);
    expect(headers.get('allow')?.toLowerCase().split(', ').sort()).toEqual([...taken].sort());
  }
});

test.each(table)('%s refuses a field of the query that it does not know, by name', async (_name, one) => {
  // A provider may send what it likes.
  if (one.path === '/auth/oidc/callback') return;
  for (const field of ['colour', '__proto__', 'toString']) {
    const refused = await call(one.method, `${addressOf(one.path)}?${field}=1`, { as: admin });
    expect(refused.status).toBe(400);
    if (one.method !== 'head')
      expect(refused).toMatchObject({ code: 'validation-failed', detail: expect.stringContaining(field) as string });
  }
});

test.each(table.filter(([, { operation }]) => !operation.security.some((one) => Object.keys(one).length === 0)))(
  '%s is for nobody who has not signed in',
  async (_name, { path, method }) => {
    expect((await call(method, addressOf(path))).status).toBe(401);
  },
);

test.each(table.filter(([, { operation }]) => 'application/json' in (operation.requestBody?.content ?? {})))(
  '%s takes JSON of a bounded length',
  async (_name, { path, method, operation }) => {
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
    const headers = { 'content-type': 'text/plain' };
    const address = addressOf(path);
    expect(await call(method, address, { as: admin, body: {}, headers })).toMatchObject({ status: 415 });
    expect(await call(method, address, { as: admin, body: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
    expect(await call(method, address, { as: admin, body: { colour: 1 } })).toMatchObject({ status: 400 });
  },
);

test('uploads have a body, listings a schema, and cookies are described', () => {
  const { paths, components } = document;
  expect(paths['/api/v1/sessions/{id}/files/{path}']).toMatchObject({
    put: { requestBody: { content: { 'application/octet-stream': {} } } },
    get: {
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/FileListing' } } } } },
      security: [{ accessToken: [] }, { fileLink: [] }],
    },
  });
  expect(paths['/auth/refresh']).toMatchObject({ post: { security: [{ refreshCookie: [] }] } });
  expect(components.securitySchemes).toMatchObject({
    refreshCookie: { in: 'cookie', name: 'claude_webui_refresh' },
    fileLink: { in: 'cookie', name: 'claude_webui_files' },
  });
});
