import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { ANNOTATIONS, SCHEMA_VERSION } from '@claude-webui/kubernetes-api';
import { CLAUDE_SESSION, SESSION_TEMPLATE } from '@claude-webui/kubernetes-api/client';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import type { Operator } from '../operator';
import { seen, settled } from '../testing/seen';
import { World, installDefinitions } from '../testing/world';

const USER = 'operator-of-before';
const LATER = { metadata: { annotations: { [ANNOTATIONS.schemaVersion]: String(SCHEMA_VERSION + 1) } } };
const OWN = { metadata: { annotations: { [ANNOTATIONS.schemaVersion]: String(SCHEMA_VERSION) } } };

let plane: ControlPlane;
let world: World;
let operator: Operator;

beforeAll(async () => {
  plane = await ControlPlane.start([{ name: USER, groups: ['system:masters'] }]);
  installDefinitions(plane);
});
afterAll(() => plane.close());
beforeEach(async () => {
  world = await World.create(plane);
  await world.kubelet.playAll();
  await world.template();
  operator = await world.operator({}, USER);
});
afterEach(() => world.close());

const managed = (session: ClaudeSession) => session.status?.conditions?.find(({ type }) => type === 'Managed');
const ready = (session: ClaudeSession) =>
  settled(
    world.view.sessions,
    'it is ready',
    () => world.view.sessions.get(session.metadata.name)?.status?.phase === 'Ready',
  );
const leftAlone = (session: ClaudeSession) =>
  seen(
    world.view.sessions,
    'it is left alone, and says so',
    (one) => one.metadata.uid === session.metadata.uid && managed(one)?.reason === 'LaterRelease',
  );

describe('a session that a later release has written', () => {
  it('keeps its pod, gets no other write than a condition, and is counted', async () => {
    const session = await world.session();
    await ready(session);
    const before = world.view.sessions.get(session.metadata.name)?.status;
    const since = Date.now();
    // What would end it, if it were this release's.
    await world.patch(CLAUDE_SESSION, session, { ...LATER, spec: { suspend: true } });
    const { status } = await leftAlone(session);
    expect({ ...status, conditions: status?.conditions?.filter(({ type }) => type !== 'Managed') }).toEqual(before);
    // Another session goes its whole way meanwhile.
    await ready(await world.session({ owner: 'bob' }));
    const writes = plane.writesOf(USER, since).filter((write) => write.endsWith(`/${session.metadata.name}`));
    expect(writes).toEqual([`patch claudesessions/${session.metadata.name}`]);
    expect(world.view.pods.find('session', session.metadata.name)).toHaveLength(1);
    const metrics = await (await fetch(`http://127.0.0.1:${operator.port}/metrics`)).text();
    expect(metrics).toContain('claude_webui_later_release_objects{resource="claudesessions"} 1');
  });

  it('is taken up by a release that knows its version, which drops the condition', async () => {
    const session = await world.session();
    await ready(session);
    await world.patch(CLAUDE_SESSION, session, LATER);
    await leftAlone(session);
    await world.patch(CLAUDE_SESSION, session, OWN);
    await seen(
      world.view.sessions,
      'the condition is gone',
      (one) => one.metadata.uid === session.metadata.uid && managed(one) === undefined && one.status?.phase === 'Ready',
    );
  });
});

it('a template of a later release is left alone, and its sessions wait and say why', async () => {
  const template = await world.template({}, 'later');
  await settled(
    world.view.templates,
    'it has its conditions',
    () => world.view.templates.get('later')?.status?.conditions !== undefined,
  );
  await world.patch(SESSION_TEMPLATE, template, { ...LATER, spec: { warmPool: { size: 2 } } });
  await seen(
    world.view.templates,
    'it says so',
    ({ metadata, status }) =>
      metadata.name === 'later' && status?.conditions?.some(({ reason }) => reason === 'LaterRelease') === true,
  );
  const session = await world.session({ templateRef: { name: 'later' } });
  const waiting = await seen(
    world.view.sessions,
    'the session waits',
    ({ metadata, status }) => metadata.uid === session.metadata.uid && status?.phase === 'Pending',
  );
  expect(waiting.status?.message).toContain('A later release has written it');
  expect(world.view.pods.find('warm', 'later')).toEqual([]);
});
