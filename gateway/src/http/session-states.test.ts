/** Each operation on a session, in each of the states in which it has no runner. */
import type { SessionInfo } from '@claude-webui/protocol';
import type { User } from '../auth/users';
import type { SessionRecord } from '../sessions/directory';
import { MemoryLinks } from '../sessions/link-store';
import { Links } from '../sessions/links';
import { authorityOf } from '../testing/authority';
import { LocalSessions } from '../testing/local-sessions';
import { Keyset } from '../auth/keyset';
import { openApiDocument } from './openapi';
import type { RunningApp } from './testing/running-app';
import { PASSWORD, runApp, sessionRecord } from './testing/running-app';

const STATES = {
  starting: { state: 'starting' },
  suspended: { state: 'starting', progress: { code: 'suspended' } },
  over: { state: 'ended', end: { reason: 'exited', exitCode: 0 } },
} as const satisfies Record<string, Partial<SessionInfo>>;
type State = keyof typeof STATES;

const REFUSALS: Record<State, [number, string]> = {
  starting: [409, 'session-starting'],
  suspended: [409, 'session-suspended'],
  over: [410, 'session-over'],
};

/** What needs no runner; all others are refused with the state. Null: nothing is amiss. */
const OTHERS: Record<string, Record<State, [number, string | null]>> = {
  'get /api/v1/sessions/{id}': { starting: [200, null], suspended: [200, null], over: [200, null] },
  'patch /api/v1/sessions/{id}': { starting: [200, null], suspended: [200, null], over: REFUSALS.over },
  'delete /api/v1/sessions/{id}': { starting: [204, null], suspended: [204, null], over: [204, null] },
  'get /api/v1/sessions/{id}/shares': { starting: [200, null], suspended: [200, null], over: [200, null] },
  'delete /api/v1/sessions/{id}/shares/{shareId}': {
    starting: [404, 'share-not-found'],
    suspended: [404, 'share-not-found'],
    over: [404, 'share-not-found'],
  },
};

/** A body that each operation takes. */
const BODIES: Record<string, object> = {
  'patch /api/v1/sessions/{id}': { name: 'Renamed' },
  'post /api/v1/sessions/{id}/shares': { expiresInSeconds: 60 },
  'put /api/v1/sessions/{id}/files/{path}': {},
  'post /api/v1/sessions/{id}/folders': { path: 'folder' },
  'post /api/v1/sessions/{id}/moves': { from: 'a', to: 'b' },
  'post /api/v1/sessions/{id}/uploads': { path: 'a', size: 1 },
  'patch /api/v1/sessions/{id}/uploads/{uploadId}': {},
  'post /api/v1/sessions/{id}/file-changes': { folders: [{ path: '', etag: '' }] },
};

const operations = Object.entries(openApiDocument().paths)
  .filter(([path]) => path.startsWith('/api/v1/sessions/{id}'))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
const states = Object.keys(STATES) as State[];

let local: LocalSessions;
let app: RunningApp;
let alice: User;
beforeAll(async () => {
  local = new LocalSessions();
  const links = new Links(new MemoryLinks(), local.directory, authorityOf(Keyset.ofSecret('x'.repeat(32))));
  app = await runApp({ sessions: local.sessions, links });
  alice = await app.users.add('alice', 'user', PASSWORD);
});
afterAll(async () => {
  await app.close();
  await local.close();
});

/** A session of alice's that the directory has in a state. */
async function sessionIn(state: State): Promise<SessionRecord> {
  const record = sessionRecord(alice.id, { endpoint: null, ...STATES[state] });
  await local.directory.restore(record);
  return record;
}

/** Whoever places it ends it: that is tested where it is placed. */
const isPlaced = (operation: string, state: State) => operation === 'delete /api/v1/sessions/{id}' && state !== 'over';
const table = operations.flatMap((operation) => states.map((state) => [operation, state] as const));

test.each(table.filter(([operation, state]) => !isPlaced(operation, state)))(
  '%s of a session that is %s',
  async (operation, state) => {
    const record = await sessionIn(state);
    const [method = '', template = ''] = operation.split(' ');
    const query = template.endsWith('/file-lookup') ? '?path=a' : '';
    const path = template.replace('{id}', record.id).replace(/\{\w+\}/, record.id);
    const body = BODIES[operation];
    const options = { as: alice, ...(body === undefined ? {} : { body }) };
    const response = await app.call(method.toUpperCase(), path + query, options);
    const text = await response.text();
    const isRefused = text !== '' && response.status >= 400;
    const code = isRefused ? (JSON.parse(text) as { code: string }).code : null;
    const [status, expected] = OTHERS[operation]?.[state] ?? REFUSALS[state];
    expect([response.status, code]).toEqual([status, method === 'head' ? null : expected]);
    if (expected === 'session-starting') expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  },
);

test('a session that is starting can be ended', async () => {
  const made = (await (await app.call('POST', '/api/v1/sessions', { as: alice, body: {} })).json()) as SessionInfo;
  expect(made.state).toBe('starting');
  const at = `/api/v1/sessions/${made.id}`;
  expect((await app.call('DELETE', at, { as: alice })).status).toBe(204);
  expect(await (await app.call('GET', at, { as: alice })).json()).toMatchObject({ state: 'ended' });
});
