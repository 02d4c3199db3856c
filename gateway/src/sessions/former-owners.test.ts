import type { AuditEvent } from '../audit/events';
import { Keyset } from '../auth/keyset';
import type { UserRole } from '../auth/roles';
import { createLogger } from '../log';
import { authorityOf } from '../testing/authority';
import { ALICE, BOB, LocalSessions } from '../testing/local-sessions';
import type { Fate } from './fates';
import { FormerOwners } from './former-owners';

const LOOK_MS = 20;

let local: LocalSessions;
let former: FormerOwners | null;
let roles: Map<string, UserRole | null>;
let events: AuditEvent[];

beforeEach(() => {
  local = new LocalSessions();
  roles = new Map();
  events = [];
  former = null;
});
afterEach(async () => {
  former?.close();
  await local.close();
});

type Calls = ConstructorParameters<typeof FormerOwners>[0]['sessions'];

function follow(fate: Fate, sessions: Calls = local.sessions): void {
  const roleOf = (id: string, given: UserRole) => (roles.has(id) ? (roles.get(id) ?? null) : given);
  const keyset = Keyset.ofSecret('a secret of more than 32 characters for tests');
  const authority = authorityOf(keyset, { standing: { isLetIn: () => true, roleOf } });
  const audit = { record: (event: AuditEvent) => void events.push(event) };
  former = new FormerOwners({ fate, sessions, authority, audit, log: createLogger('silent') }, LOOK_MS);
}

test('the session of who is disabled ends, nobody else’s does, and it is audited', async () => {
  const [hers, his] = [await local.started(ALICE), await local.started(BOB)];
  follow('end');
  roles.set(ALICE.id, null);
  expect((await local.ended(hers.id)).end).toMatchObject({ reason: 'terminated' });
  while (events.length === 0) await new Promise(setImmediate);
  expect(events).toMatchObject([{ event: 'session.owner-lost', sessionId: hers.id, owner: ALICE.id, fate: 'end' }]);
  expect((await local.directory.get(his.id))?.state).toBe('ready');
});

test('a session is suspended once, and what fails is tried again', async () => {
  const record = await local.started(ALICE);
  const asked: string[] = [];
  const sessions: Calls = {
    kept: [record],
    end: () => Promise.reject(new Error('not asked for')),
    suspend: (id) => {
      asked.push(id);
      if (asked.length === 1) return Promise.reject(new Error('the cluster does not answer'));
      return Promise.resolve();
    },
  };
  roles.set(ALICE.id, null);
  follow('suspend', sessions);
  while (events.length === 0) await new Promise(setImmediate);
  const until = performance.now() + 5 * LOOK_MS;
  while (performance.now() < until) await new Promise(setImmediate);
  expect(asked).toEqual([record.id, record.id]);
  // Who is let in again, and then is not, is asked about anew.
  roles.delete(ALICE.id);
  const again = performance.now() + 3 * LOOK_MS;
  while (performance.now() < again) await new Promise(setImmediate);
  roles.set(ALICE.id, null);
  while (asked.length < 3) await new Promise(setImmediate);
  events.pop();
  expect(events).toMatchObject([{ event: 'session.owner-lost', fate: 'suspend' }]);
});

test('where sessions are to be kept they are', async () => {
  const { id } = await local.started(ALICE);
  roles.set(ALICE.id, null);
  follow('keep');
  const until = performance.now() + 5 * LOOK_MS;
  while (performance.now() < until) await new Promise(setImmediate);
  expect((await local.directory.get(id))?.state).toBe('ready');
});
