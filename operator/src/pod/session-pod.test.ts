import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, isReservedVariable, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import { networkPolicy } from './network-policy';
import type { Placement } from './placement';
import { USUAL_DNS } from './placement';
import { sessionPod, templateHash, warmPod } from './session-pod';
import { workspaceClaim } from './workspace-claim';

const placement: Placement = {
  namespace: 'sessions',
  gatewayInternalUrl: 'http://gateway.web.svc:3002',
  bindPublicKey: 'PEM',
  gateway: { namespace: 'web', podLabels: { app: 'gateway' } },
  operator: { namespace: 'web', podLabels: { app: 'operator' } },
  monitoringNamespace: null,
  logLevel: 'info',
  labels: {},
  annotations: {},
  dns: USUAL_DNS,
};
const template = (spec: object = {}): SessionTemplate => ({
  metadata: { name: 'default', uid: 't' },
  spec: sessionTemplateSpecSchema.parse({ image: 'runner:1', ...spec }),
});
const session: ClaudeSession = {
  metadata: { name: 's', uid: 'u' },
  spec: { owner: 'ada@example.com', templateRef: { name: 'default' }, workspace: 'w' } as ClaudeSession['spec'],
};

describe('a session pod', () => {
  it('has nothing that Pod Security "restricted" forbids, and no service account', () => {
    const { spec } = sessionPod(session, template(), 0, placement);
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('is told how many processes its template allows', () => {
    const limitOf = (spec: object) =>
      sessionPod(session, template(spec), 0, placement).spec?.containers[0]?.env?.find(
        ({ name }) => name === 'RUNNER_MAX_PROCESSES',
      )?.value;
    expect(limitOf({ maxProcesses: 64 })).toBe('64');
    expect(limitOf({})).toBe('1024');
  });

  it('has the variables of its template, but those that the product sets are the product’s', () => {
    const names = ['LANG', 'POD_UID', 'ANTHROPIC_BASE_URL', 'RUNNER_PORT', 'LOG_LEVEL', 'NODE_OPTIONS', 'HOME'];
    const spec = { env: names.map((name) => ({ name, value: 'from the template' })) };
    const { env = [] } = sessionPod(session, template(spec), 0, placement).spec?.containers[0] ?? {};
    const fromTemplate = env.filter(({ value }) => value === 'from the template').map(({ name }) => name);
    expect(fromTemplate).toEqual(['LANG', 'NODE_OPTIONS']);
    expect(env.find(({ name }) => name === 'RUNNER_SESSION_VARIABLES')?.value).toBe('LANG,NODE_OPTIONS');
    expect(new Set(env.map(({ name }) => name)).size).toBe(env.length);
    for (const name of env.map((one) => one.name).filter((one) => !fromTemplate.includes(one)))
      expect(isReservedVariable(name)).toBe(true);
  });

  it('ends when its runner does not answer for minutes, not when a busy node is slow', () => {
    const [container] = sessionPod(session, template(), 0, placement).spec?.containers ?? [];
    const { periodSeconds = 0, failureThreshold = 0 } = container?.livenessProbe ?? {};
    expect(periodSeconds * failureThreshold).toBe(300);
  });

  it.each([
    [{}, 'End', 'End'],
    [{ onIdle: 'Keep' }, 'Keep', 'Keep'],
    [{ onIdle: 'Suspend' }, 'Keep', 'Suspend'],
    [{ onIdle: 'Suspend', onDetach: 'End' }, 'End', 'Suspend'],
    [{ onDetach: 'Keep' }, 'Keep', 'End'],
  ])('of a template with %j is told what to do when it is detached (%s) or idle (%s)', (spec, onDetach, onIdle) => {
    const { env } = sessionPod(session, template(spec), 0, placement).spec?.containers[0] ?? {};
    expect(env).toContainEqual({ name: 'RUNNER_ON_DETACH', value: onDetach });
    expect(env).toContainEqual({ name: 'RUNNER_ON_IDLE', value: onIdle });
  });

  it('is one of the warm ones but for what makes it somebody’s', () => {
    const mine = sessionPod(session, template(), 0, placement);
    const warm = warmPod(template(), 'warm-1', placement);
    expect(mine.spec).toEqual(warm.spec);
    expect(warm.metadata.labels).toHaveProperty([LABELS.pool], templateHash(template(), placement));
    expect(JSON.stringify(mine)).not.toContain('ada@example.com');
  });

  it.each([
    ['image', { image: 'runner:2' }],
    ['environment', { env: [{ name: 'A', value: '1' }] }],
    ['resources', { resources: { limits: { cpu: 2 } } }],
    ['process limit', { maxProcesses: 64 }],
    ['runtime class', { runtimeClassName: 'gvisor' }],
  ])('of another %s has another hash', (_, spec) => {
    expect(templateHash(template(spec), placement)).not.toBe(templateHash(template(), placement));
  });

  it('of a larger pool has the same', () => {
    expect(templateHash(template({ warmPool: { size: 9 } }), placement)).toBe(templateHash(template(), placement));
  });
});

describe('what an organisation wants on everything', () => {
  const labels = { 'cost-center': '42', [LABELS.name]: 'theirs' };
  const theirs = { ...placement, labels, annotations: { team: 'platform' } };
  const persistent = template({ workspace: { kind: 'Persistent' } });

  it.each([
    ['session pods', sessionPod(session, template(), 0, theirs)],
    ['warm pods', warmPod(template(), 'w', theirs)],
    ['NetworkPolicies', networkPolicy(template(), theirs)],
    ['claims', workspaceClaim(session, persistent, theirs)],
  ])('is on %s, and takes nothing of ours away', (_, { metadata }) => {
    expect(metadata.labels).toMatchObject({ 'cost-center': '42' });
    expect(metadata.annotations).toMatchObject({ team: 'platform' });
  });

  it('does not make session pods anybody else’s', () => {
    expect(sessionPod(session, template(), 0, theirs).metadata.labels?.[LABELS.name]).toBe('claude-webui-session');
  });
});

it('somebody’s session is moved by no autoscaler, a waiting pod may be', () => {
  expect(sessionPod(session, template(), 0, placement).metadata.annotations).toEqual({
    'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
    'karpenter.sh/do-not-disrupt': 'true',
  });
  expect(warmPod(template(), 'w', placement).metadata.annotations).not.toHaveProperty(['karpenter.sh/do-not-disrupt']);
});

it('waiting pods have a priority of their own where the template gives one', () => {
  const spec = { priorityClassName: 'sessions', warmPool: { size: 1, priorityClassName: 'warm' } };
  expect(warmPod(template(spec), 'w', placement).spec?.priorityClassName).toBe('warm');
  expect(sessionPod(session, template(spec), 0, placement).spec?.priorityClassName).toBe('sessions');
});

it('a claim tells whose it is', () => {
  const named = { ...session, spec: { ...session.spec, ownerName: 'Ada Lovelace' } };
  expect(workspaceClaim(named, template(), placement).metadata.annotations).toEqual({
    'claude-webui.io/workspace': 'w',
    'claude-webui.io/owner': 'ada@example.com',
    'claude-webui.io/owner-name': 'Ada Lovelace',
  });
});

it('a template’s egress comes after DNS and the gateway', () => {
  const { spec } = networkPolicy(template({ egress: [{ ports: [{ port: 443 }] }] }), placement);
  const { egress } = spec as { egress: { ports: { port: number }[] }[] };
  expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53, 5353, 5353], [3002], [443]]);
});

it.each<[string, string | null, object[]]>([
  ['nobody else', null, []],
  ['any namespace', '*', [{ namespaceSelector: {} }]],
  ['one namespace', 'm', [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'm' } } }]],
])('beside the operator %s may scrape sessions', (_, monitoringNamespace, expected) => {
  const { spec } = networkPolicy(template(), { ...placement, monitoringNamespace });
  const { ingress } = spec as { ingress: { from: object[] }[] };
  expect(ingress[1]?.from.slice(1)).toEqual(expected);
});
