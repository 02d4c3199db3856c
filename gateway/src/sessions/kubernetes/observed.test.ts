import { STATUS_SENTENCES } from '@claude-webui/protocol';
import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { END_REASONS, SESSION_REASONS, STARTING_REASONS } from '@claude-webui/kubernetes-api';
import { observed, strangeEndpoint } from './observed';

function session(status?: ClaudeSession['status'], metadata: Partial<ClaudeSession['metadata']> = {}): ClaudeSession {
  return { metadata: { name: 'a', ...metadata }, spec: {} as ClaudeSession['spec'], ...(status ? { status } : {}) };
}

test('every reason to wait is told in a sentence of its own', () => {
  const codes = STARTING_REASONS.map((reason) => {
    const now = observed(session({ phase: 'Pending', reason }));
    if (now.state !== 'starting') throw new Error(reason);
    return now.progress.code;
  });
  // Only what no sentence of ours can say better than the cluster's own shares one.
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
  for (const code of codes) expect(STATUS_SENTENCES[code]).toMatch(/\.$/);
});

test('every end has a reason of its own', () => {
  const reasons = END_REASONS.map((reason) => {
    const now = observed(session({ phase: 'Ended', reason }));
    if (now.state !== 'over') throw new Error(reason);
    return now.end.reason;
  });
  expect(new Set(reasons).size).toBe(END_REASONS.length);
});

test('what the cluster says is added where our sentence cannot know it, and cut', () => {
  const message = 'no such image: '.padEnd(4000, 'x');
  const now = observed(session({ phase: 'Failed', reason: 'ImagePullFailed', message }));
  expect(now).toMatchObject({ state: 'over', end: { reason: 'image-pull-failed' } });
  expect(now.state === 'over' && now.end.detail?.length).toBe(500);
  expect(observed(session({ phase: 'Failed', reason: 'NodeLost', message }))).toEqual({
    state: 'over',
    end: { reason: 'node-lost', exitCode: null },
  });
});

test.each([
  'Unschedulable',
  'ImagePullFailed',
  'TemplateNotFound',
  'NetworkPolicyNotApplied',
  'QuotaExceeded',
  'Evicted',
  'StartFailed',
  'PolicyNotEnforced',
] as const)('what the cluster says of %s is passed on, of starts and of ends', (reason) => {
  const message = 'as it says';
  expect(observed(session({ phase: 'Pending', reason, message }))).toMatchObject({ progress: { detail: message } });
  expect(observed(session({ phase: 'Failed', reason, message }))).toMatchObject({ end: { detail: message } });
  expect(observed(session({ phase: 'Failed', reason }))).not.toHaveProperty('end.detail');
});

test('of anything else no words go to browsers that anybody may have written', () => {
  const passedOn = SESSION_REASONS.filter((reason) => {
    const now = observed(session({ phase: 'Failed', reason, message: 'as it says' }));
    return now.state === 'over' && now.end.detail !== undefined;
  });
  expect(passedOn).toHaveLength(8);
  expect(observed(session({ phase: 'Failed', message: 'as it says' }))).not.toHaveProperty('end.detail');
});

test('a session that is over says how its program ended, and why it never began', () => {
  const end = (status: NonNullable<ClaudeSession['status']>) => {
    const now = observed(session({ phase: 'Ended', ...status }));
    return now.state === 'over' ? now.end : now;
  };
  expect(end({ reason: 'ProgramExited', exitCode: 3 })).toEqual({ reason: 'exited', exitCode: 3 });
  expect(end({ reason: 'ProgramExited', exitCode: 0 })).toEqual({ reason: 'exited', exitCode: 0 });
  expect(end({ reason: 'IdleTimeout' })).toEqual({ reason: 'idle-timeout', exitCode: null });
  expect(end({ reason: 'Suspended' })).toMatchObject({ reason: 'suspended' });
  expect(end({ reason: 'ImagePullFailed' })).toMatchObject({ reason: 'image-pull-failed' });
  expect(end({ reason: 'TemplateNotFound' })).toMatchObject({ reason: 'template-not-found' });
  expect(end({ reason: 'QuotaExceeded' })).toMatchObject({ reason: 'quota-exceeded' });
  expect(end({})).toEqual({ reason: 'start-failed', exitCode: null });
  expect(end({ reason: 'OfALaterRelease' as 'Evicted' })).toMatchObject({ reason: 'start-failed' });
});

test('a session that starts for a reason of a later release is on its way', () => {
  expect(observed(session({ phase: 'Starting', reason: 'OfALaterRelease' as 'Evicted' }))).toEqual({
    state: 'starting',
    progress: { code: 'starting-container' },
  });
});

test('whoever is attached while a machine is emptied is told so; of a crash, which has its own sentence, no details', () => {
  const restarting = (lastRestartReason: 'Evicted' | 'RunnerCrashed') =>
    observed(
      session({ phase: 'Starting', reason: 'Restarting', message: 'The machine is being emptied.', lastRestartReason }),
    );
  expect(restarting('Evicted')).toEqual({
    state: 'starting',
    progress: { code: 'restarting', detail: 'The machine is being emptied.' },
  });
  expect(restarting('RunnerCrashed')).toEqual({ state: 'starting', progress: { code: 'restarting' } });
});

test('whoever comes back to a session that was suspended with its machine is told why, and until when', () => {
  const conditions = [
    { type: 'Ready', status: 'False' as const, reason: 'Suspended', message: '', lastTransitionTime: '' },
    { type: 'Suspended', status: 'True' as const, reason: 'NodeEmptied', message: '', lastTransitionTime: '' },
  ];
  const suspendedUntil = '2026-01-02T00:00:00Z';
  expect(observed(session({ phase: 'Suspended', conditions, suspendedUntil }))).toEqual({
    state: 'starting',
    progress: {
      code: 'suspended',
      detail: `The machine on which it ran was being emptied. It ends for good at ${suspendedUntil} unless it is opened before.`,
    },
  });
  expect(observed(session({ phase: 'Suspended' }))).toEqual({ state: 'starting', progress: { code: 'suspended' } });
});

test('a session that its person has suspended says until when, and nothing of a machine', () => {
  const because = (type: string, reason: string) => ({
    conditions: [{ type, status: 'True' as const, reason, message: '', lastTransitionTime: '' }],
  });
  const suspended = (status: NonNullable<ClaudeSession['status']>) => {
    const now = observed(session({ phase: 'Suspended', ...status }));
    return now.state === 'starting' ? now.progress.detail : now;
  };
  const suspendedUntil = '2026-01-02T00:00:00Z';
  const until = `It ends for good at ${suspendedUntil} unless it is opened before.`;
  expect(suspended({ suspendedUntil })).toBe(until);
  expect(suspended({ ...because('Suspended', 'Suspended'), suspendedUntil })).toBe(until);
  expect(suspended({ ...because('Ready', 'NodeEmptied'), suspendedUntil })).toBe(until);
  expect(suspended(because('Suspended', 'NodeEmptied'))).toBe('The machine on which it ran was being emptied.');
});

describe('it runs only where a pod is known by address and uid', () => {
  const endpoint = 'http://10.0.0.1:7681';
  const podUID = 'u';

  test.each(['Ready', 'Attached', 'Detached'] as const)('and is %s', (phase) => {
    expect(observed(session({ phase, reason: 'Running', endpoint, podUID }))).toEqual({
      state: 'running',
      endpoint,
      podUid: podUID,
    });
    for (const known of [{}, { endpoint }, { podUID }])
      expect(observed(session({ phase, reason: 'Running', ...known }))).toEqual({
        state: 'starting',
        progress: { code: 'starting-container' },
      });
  });

  test.each(['Pending', 'Starting', 'Suspended', undefined] as const)('and not while it is %s', (phase) => {
    const status = { endpoint, podUID, ...(phase === undefined ? {} : { phase }) };
    expect(observed(session(status))).toMatchObject({ state: 'starting' });
  });
});

test('a place that can be a pod’s is not strange, nor is none', () => {
  expect(strangeEndpoint(session({ phase: 'Ready', endpoint: 'http://10.0.0.1:7681' }))).toBeNull();
  expect(strangeEndpoint(session({ phase: 'Pending' }))).toBeNull();
  expect(strangeEndpoint(session())).toBeNull();
  expect(strangeEndpoint(undefined)).toBeNull();
});

test.each([
  'http://127.0.0.1:7681',
  'http://169.254.169.254:80',
  'http://[::1]:7681',
  'http://[::ffff:169.254.169.254]:7681',
  'http://kubernetes.default.svc:7681',
  'http://x@10.0.0.1:7681',
  'http://10.0.0.1:7681/elsewhere',
  'https://10.0.0.1:7681',
  'unix:/var/run/docker.sock',
  '',
])('nothing runs at "%s", whatever the status says', (endpoint) => {
  const object = session({ phase: 'Ready', endpoint, podUID: 'u' });
  expect(observed(object)).toMatchObject({ state: 'starting' });
  expect(strangeEndpoint(object)).toBe(endpoint);
});

test('one that nobody has seen to waits; one that is gone or going is over', () => {
  expect(observed(session())).toEqual({ state: 'starting', progress: { code: 'scheduling' } });
  const deleted = { state: 'over', end: { reason: 'terminated', exitCode: null } };
  expect(observed(undefined)).toEqual(deleted);
  const going = session({ phase: 'Ready' }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(observed(going)).toEqual(deleted);
});
