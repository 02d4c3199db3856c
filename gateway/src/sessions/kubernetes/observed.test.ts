import { STATUS_SENTENCES } from '@claude-webui/protocol';
import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { END_REASONS, STARTING_REASONS } from '@claude-webui/kubernetes-api';
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

test('it runs only where a pod is known by address and uid', () => {
  expect(observed(session({ phase: 'Ready', reason: 'Running' }))).toMatchObject({ state: 'starting' });
  expect(observed(session({ phase: 'Detached', endpoint: 'http://10.0.0.1:7681', podUID: 'u' }))).toEqual({
    state: 'running',
    endpoint: 'http://10.0.0.1:7681',
    podUid: 'u',
  });
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
