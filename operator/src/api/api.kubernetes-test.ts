import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { seen, settled } from '../testing/seen';
import { World, installDefinitions } from '../testing/world';
import type { PolicyRule } from './rbac';
import { GATEWAY_RULES, OPERATOR_LEASE_RULES, OPERATOR_RULES } from './rbac';

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  plane = await ControlPlane.start([{ name: 'operator' }, { name: 'gateway' }]);
  installDefinitions(plane);
  world = await World.create(plane);
  bind('operator', [...OPERATOR_RULES, ...OPERATOR_LEASE_RULES]);
  bind('gateway', GATEWAY_RULES);
});
afterAll(async () => {
  await world.close();
  await plane.close();
});

function bind(user: string, rules: PolicyRule[], { namespace } = world): void {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: user, namespace };
  const items = [
    { apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user },
      subjects: [{ kind: 'User', name: user }],
    },
  ];
  plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}

describe('what the API server refuses', () => {
  it.each([
    [
      'a request above its limit',
      { resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } },
      'must not be larger than the limit',
    ],
    [
      'a warm pool for persistent workspaces',
      { workspace: { kind: 'Persistent' }, warmPool: { size: 1 } },
      'needs an ephemeral workspace',
    ],
    ['an idle suspend that would lose the files', { onIdle: 'Suspend' }, 'needs a persistent workspace'],
    ['a quantity that is none', { resources: { limits: { memory: 'much' } } }, 'spec.resources.limits'],
    [
      'a variable with two values',
      { env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      'value or valueFrom',
    ],
    ...['POD_UID', 'ANTHROPIC_BASE_URL', 'RUNNER_PORT', 'LOG_LEVEL', 'HOME', 'KUBERNETES_SERVICE_HOST'].map(
      (name): [string, object, string] => [
        `the variable ${name}, which the product sets`,
        { env: [{ name, value: 'x' }] },
        `The product sets the variable ${name} itself`,
      ],
    ),
    [
      'a suspend at the detach grace that would lose the files',
      { onDetach: 'Suspend' },
      'needs a persistent workspace',
    ],
    ['an unknown workspace', { workspace: { kind: 'Tape' } }, 'Unsupported value: "Tape"'],
  ])('%s', async (_, spec, message) => {
    await expect(world.template(spec as never, 'refused')).rejects.toThrow(message);
  });

  it.each(['LANG', 'NODE_OPTIONS', 'PATH', 'MY_POD_UID', 'TZ'])('but not the variable %s', async (name) => {
    const made = await world.template(
      { env: [{ name, value: 'x' }] },
      `with-${name.toLowerCase().replaceAll('_', '-')}`,
    );
    expect(made.spec.env).toEqual([{ name, value: 'x' }]);
  });

  it('a name that is too long for a label', async () => {
    await expect(world.session({}, 'a'.repeat(51))).rejects.toThrow('at most 50 characters');
  });

  it('a warning that comes before the start', async () => {
    await expect(world.session({ idleTimeoutSeconds: 60, idleWarningSeconds: 61 })).rejects.toThrow(
      'must not be longer',
    );
  });

  it.each([
    ['the owner', { owner: 'eve' }],
    ['the template', { templateRef: { name: 'other' } }],
    ['the workspace', { workspace: 'other' }],
  ])('a change of %s', async (_, change) => {
    const { metadata } = await world.session();
    const patch = JSON.stringify({ spec: change });
    expect(() =>
      plane.kubectl(['patch', 'claudesession', metadata.name, '-n', world.namespace, '--type=merge', '-p', patch]),
    ).toThrow('cannot be changed');
  });
});

describe('the API for people', () => {
  it('has a description for every field', () => {
    for (const kind of ['claudesession', 'sessiontemplate'])
      for (const part of ['spec', 'status']) {
        const text = plane.kubectl(['explain', `${kind}.${part}`]);
        expect(text).not.toContain('<no description>');
      }
  });

  it('has the columns that an administrator looks for', async () => {
    await world.session({ ownerName: 'Ada' });
    const heading = plane.kubectl(['get', 'ccs', '-n', world.namespace]).split('\n')[0];
    expect(heading?.split(/\s+/)).toEqual(['NAME', 'OWNER', 'TEMPLATE', 'PHASE', 'READY', 'WAITING', 'IDLE', 'AGE']);
    expect(plane.kubectl(['get', 'claude-webui', '-n', world.namespace])).toContain('Ada');
  });
});

describe('rights', () => {
  const may = (user: string, verb: string, resource: string, namespace = world.namespace) => {
    const answer = (args: string[]) => {
      try {
        return plane.kubectl(args, { user }).trim();
      } catch (error) {
        // kubectl ends with 1 when the answer is no.
        return String((error as { stdout?: string }).stdout).trim();
      }
    };
    // "pods/exec" would be a pod of that name.
    const [kind = '', part] = resource.split(' ');
    return answer([
      'auth',
      'can-i',
      verb,
      kind,
      '-n',
      namespace,
      ...(part === undefined ? [] : [`--subresource=${part}`]),
    ]);
  };

  it.each([
    ['gateway', 'create', 'claudesessions.claude-webui.io'],
    ['gateway', 'watch', 'claudesessions.claude-webui.io'],
    ['gateway', 'patch', 'claudesessions.claude-webui.io'],
    ['gateway', 'delete', 'claudesessions.claude-webui.io'],
    ['operator', 'create', 'pods'],
    ['operator', 'patch', 'claudesessions.claude-webui.io status'],
    ['operator', 'update', 'leases.coordination.k8s.io/claude-webui-operator'],
  ])('the %s may %s %s', (user, verb, resource) => {
    expect(may(user, verb, resource)).toBe('yes');
  });

  it.each([
    ['gateway', 'update', 'claudesessions.claude-webui.io'],
    ['gateway', 'patch', 'claudesessions.claude-webui.io status'],
    ['gateway', 'create', 'sessiontemplates.claude-webui.io'],
    ['gateway', 'get', 'sessiontemplates.claude-webui.io'],
    ['gateway', 'get', 'claudesessions.claude-webui.io'],
    ['operator', 'update', 'claudesessions.claude-webui.io finalizers'],
    ['gateway', 'list', 'pods'],
    ['gateway', 'create', 'pods'],
    ['gateway', 'create', 'pods exec'],
    ['gateway', 'get', 'secrets'],
    ['operator', 'create', 'claudesessions.claude-webui.io'],
    ['operator', 'patch', 'sessiontemplates.claude-webui.io'],
    ['operator', 'get', 'secrets'],
    ['operator', 'create', 'pods exec'],
    ['operator', 'get', 'pods log'],
    ['operator', 'delete', 'persistentvolumeclaims'],
    ['operator', 'update', 'leases.coordination.k8s.io/somebody-elses'],
    ['operator', 'create', 'rolebindings.rbac.authorization.k8s.io'],
    ['operator', 'list', 'nodes'],
  ])('the %s may not %s %s', (user, verb, resource) => {
    expect(may(user, verb, resource)).toMatch(/^no/);
  });

  it.each(['operator', 'gateway'])('the %s may do nothing in another namespace', (user) => {
    expect(may(user, 'list', 'claudesessions.claude-webui.io', 'default')).toMatch(/^no/);
    expect(may(user, 'create', 'pods', 'default')).toMatch(/^no/);
  });

  it('the operator needs no more than its Role: sessions, warm pools, claims, policies and Events', async () => {
    await world.kubelet.playAll();
    await world.operator({}, 'operator');
    await world.template({ warmPool: { size: 1 } }, 'warm');
    await world.template({ workspace: { kind: 'Persistent', size: '1Gi', accessModes: ['ReadWriteOnce'] } }, 'kept');
    const [warm, kept] = await Promise.all([
      world.session({ templateRef: { name: 'warm' } }),
      world.session({ templateRef: { name: 'kept' }, ttlSecondsAfterFinished: 0, maxLifetimeSeconds: 15 }),
    ]);
    const ended = new Promise<void>((resolve) =>
      world.view.sessions.onChange((before, after) => {
        if (after === undefined && before?.metadata.uid === kept.metadata.uid) resolve();
      }),
    );
    await Promise.all(
      [warm, kept].map(({ metadata }) =>
        seen(world.view.sessions, 'ready', (one) => one.metadata.uid === metadata.uid && one.status?.phase === 'Ready'),
      ),
    );
    await seen(world.view.networkPolicies, 'a policy', ({ metadata }) => metadata.name === 'session-kept');
    await ended;
  });
});

it('a namespace that is deleted keeps no session, though the operator has lost its rights before', async () => {
  const other = await World.create(plane);
  try {
    bind('operator', [...OPERATOR_RULES, ...OPERATOR_LEASE_RULES], other);
    await other.kubelet.playAll();
    await other.operator({}, 'operator');
    await other.template();
    const sessions = [
      await other.session(),
      await other.session(),
      await other.session({ templateRef: { name: 'no' } }),
    ];
    await settled(other.view.sessions, 'they are there', () =>
      sessions.every(({ metadata }) => other.view.sessions.get(metadata.name)?.status?.phase !== undefined),
    );
    const { namespace } = other;
    plane.kubectl(['delete', 'namespace', namespace, '--wait=false']);
    // The namespace controller, which is not here, removes all kinds in any order.
    plane.kubectl(['delete', 'role,rolebinding', '--all', '-n', namespace]);
    plane.kubectl(['delete', 'claudesessions,sessiontemplates', '--all', '-n', namespace, '--timeout=20s']);
    expect(plane.kubectl(['get', 'claudesessions', '-n', namespace, '-o', 'name'])).toBe('');
  } finally {
    await other.close();
  }
});
