import type { ClaudeSessionStatus } from '@claude-webui/kubernetes-api';
import { LABELS } from '@claude-webui/kubernetes-api';
import type { Pod, PodStatus } from '@claude-webui/kubernetes-api/client';
import {
  CREATED,
  START,
  alive,
  eventOf,
  observe,
  over,
  pod,
  ready,
  session,
  template,
  types,
  unready,
  written,
} from '../testing/observed-session';
import { currentPod, decide } from './decide';
import type { Observation, Refusal } from './observation';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PERSISTENT = template('Persistent');
const creating: PodStatus = { phase: 'Pending' };
const numbered = (start: number, status: PodStatus, metadata: Partial<Pod['metadata']> = {}) =>
  pod(status, { uid: `p${start}`, labels: { [LABELS.start]: String(start) }, ...metadata });

/** What is decided so long after the session was made. */
const at = (ms: number, with_: Partial<Observation>) => decide(observe({ now: START + ms, ...with_ }));

function status(decision: ReturnType<typeof decide>): ClaudeSessionStatus {
  const status_ = written(decision);
  if (status_ === undefined) throw new Error('no status was written');
  return status_;
}

describe('a start has ten minutes', () => {
  /** It has ten minutes from then on, and fails for the last reason that it met. */
  function expectTenMinutes(since: number, before: ClaudeSessionStatus | undefined, number = 0) {
    const starting = { session: session(before), template: PERSISTENT, pods: [numbered(number, creating)] };
    const last = at(since + 10 * MINUTE_MS - SECOND_MS, starting);
    expect(status(last)).toMatchObject({ phase: 'Starting' });
    expect(last.requeueAfterMs).toBe(SECOND_MS);
    expect(status(at(since + 10 * MINUTE_MS, starting))).toMatchObject({ phase: 'Failed', reason: 'StartFailed' });
  }

  it('from when the session is made', () => expectTenMinutes(0, undefined));

  it('from a crash: a session that ran for an hour does not fail by its age', () => {
    const ran = status(at(0, { session: session(undefined), pods: [pod(ready)] }));
    const crashed = status(at(HOUR_MS, { session: session(ran), pods: [pod(over(1))] }));
    expect(crashed).toMatchObject({ phase: 'Starting', reason: 'Restarting', restarts: 1 });
    expect(types(at(HOUR_MS, { session: session(crashed) }))).toEqual(['start']);
    expectTenMinutes(HOUR_MS, crashed, 1);
  });

  it('from a resume: a session that was suspended for an hour does not fail by its age', () => {
    const persistent = { template: PERSISTENT };
    const ran = status(at(0, { ...persistent, session: session(undefined), pods: [pod(ready)] }));
    const suspended = status(at(MINUTE_MS, { ...persistent, session: session(ran, { suspend: true }) }));
    expect(suspended.phase).toBe('Suspended');
    const resumed = status(at(HOUR_MS, { ...persistent, session: session(suspended), pods: [pod(creating)] }));
    expect(resumed).toMatchObject({ phase: 'Starting', reason: 'Resuming' });
    expectTenMinutes(HOUR_MS, resumed);
  });

  it('from a resume that has to wait at once, too', () => {
    const full: Partial<Observation> = {
      template: PERSISTENT,
      refusal: { reason: 'QuotaExceeded', message: 'No room.', final: false },
    };
    const ran = status(at(0, { template: PERSISTENT, session: session(undefined), pods: [pod(ready)] }));
    const asleep = session(ran, { suspend: true });
    const suspended = status(at(MINUTE_MS, { template: PERSISTENT, session: asleep }));
    const waiting = status(at(HOUR_MS, { ...full, session: session(suspended) }));
    expect(waiting).toMatchObject({ phase: 'Pending', reason: 'QuotaExceeded' });
    const still = at(HOUR_MS + 9 * MINUTE_MS, { ...full, session: session(waiting) });
    expect(status(still).phase).toBe('Pending');
    const late = at(HOUR_MS + 10 * MINUTE_MS, { ...full, session: session(waiting) });
    expect(status(late)).toMatchObject({ phase: 'Failed', reason: 'QuotaExceeded' });
  });

  it('also if its container runs and has never served', () => {
    const before = at(0, { session: session(undefined), pods: [pod(unready)] });
    expect(status(before)).toMatchObject({ phase: 'Starting', reason: 'StartingContainer' });
    // Nobody is to be sent there yet.
    expect(status(before).endpoint).toBeUndefined();
    expect(status(at(10 * MINUTE_MS, { session: session(status(before)), pods: [pod(unready)] }))).toMatchObject({
      phase: 'Failed',
      reason: 'StartFailed',
      message: 'The session did not start in time. The session is being prepared.',
    });
  });

  it('and ends with the trouble that it has had', () => {
    const waiting = (reason: string): PodStatus => ({
      phase: 'Pending',
      containerStatuses: [{ name: 'session-runner', state: { waiting: { reason, message: 'why' } } }],
    });
    const late = (reason: string) =>
      status(at(HOUR_MS, { session: session(undefined), pods: [pod(waiting(reason))] })).reason;
    expect(late('ErrImagePull')).toBe('ImagePullFailed');
    expect(late('CreateContainerError')).toBe('StartFailed');
  });
});

describe('a start that is refused', () => {
  const refused = (ms: number, refusal: Refusal) => at(ms, { session: session(undefined), refusal });
  const forNow: Refusal = { reason: 'QuotaExceeded', message: 'No room.', final: false };

  it('waits, looks again every ten seconds, and at its last moment', () => {
    expect(status(refused(MINUTE_MS, forNow))).toMatchObject({ phase: 'Pending', message: 'No room.' });
    expect(refused(MINUTE_MS, forNow).requeueAfterMs).toBe(10 * SECOND_MS);
    expect(refused(10 * MINUTE_MS - SECOND_MS, forNow).requeueAfterMs).toBe(SECOND_MS);
  });

  it('fails at once if it will never be allowed', () => {
    const forGood = { ...forNow, final: true };
    expect(status(refused(0, forGood))).toMatchObject({ phase: 'Failed', message: 'No room.' });
  });

  it('waits for its template, and names it', () => {
    const orphan = (ms: number) => status(at(ms, { session: session(undefined), template: null, refusal: forNow }));
    expect(orphan(MINUTE_MS)).toMatchObject({ phase: 'Pending', reason: 'TemplateNotFound' });
    expect(orphan(MINUTE_MS).message).toContain('"default"');
    expect(orphan(10 * MINUTE_MS)).toMatchObject({ phase: 'Failed', reason: 'TemplateNotFound' });
  });
});

describe('of two pods with the same number', () => {
  const older = pod(ready, { name: 'b-older', uid: 'older', creationTimestamp: '2026-01-01T00:00:10Z' });
  const younger = pod(ready, { name: 'a-younger', uid: 'younger', creationTimestamp: '2026-01-01T00:00:20Z' });
  const deleted = (with_: Partial<Observation>) =>
    at(MINUTE_MS, with_).steps.flatMap((step) => (step.type === 'delete-pod' ? [step.pod.metadata.name] : []));

  it.each([
    ['older first', [older, younger]],
    ['younger first', [younger, older]],
  ])('the one that people are attached to stays, whichever is older (listed %s)', (_, pods) => {
    expect(deleted({ session: session({ ...alive, podUID: 'younger' }), pods })).toEqual(['b-older']);
    expect(deleted({ session: session({ ...alive, podUID: 'older' }), pods })).toEqual(['a-younger']);
  });

  it.each([
    ['older first', [older, younger]],
    ['younger first', [younger, older]],
  ])('the older stays if neither is written down, so that every operator chooses the same (listed %s)', (_, pods) => {
    expect(deleted({ session: session(undefined), pods })).toEqual(['a-younger']);
  });
});

test('of two pods of the same second, however they are listed, the same one stays', () => {
  const twins = ['a', 'b'].map((name) => pod(ready, { name, uid: name }));
  const stays = (pods: Observation['pods']) => currentPod(observe({ pods }))?.pod.metadata.name;
  expect([stays(twins), stays(twins.toReversed())]).toEqual(['a', 'a']);
});

test('a pod of another number is not the session’s, though it is the one that is written down', () => {
  const o = observe({ session: session({ ...alive, restarts: 1, podUID: 'p0' }), pods: [numbered(0, ready)] });
  expect(currentPod(o)).toBeNull();
});

describe('what a session that starts shows', () => {
  const waiting: PodStatus = { phase: 'Pending' };
  const restarting: ClaudeSessionStatus = {
    ...alive,
    phase: 'Starting',
    reason: 'Restarting',
    restarts: 1,
    lastRestartMessage: 'The node of the session is gone.',
  };
  const shown = (before: ClaudeSessionStatus | undefined, one: Observation['pods'][number]) =>
    status(at(MINUTE_MS, { session: session(before), template: PERSISTENT, pods: [one] }));

  it('that it is made, that it is resumed, or why it is started again', () => {
    expect(shown(undefined, pod(waiting))).toMatchObject({ reason: 'StartingContainer' });
    expect(shown({ phase: 'Suspended', readyTime: CREATED }, pod(waiting))).toMatchObject({ reason: 'Resuming' });
    expect(shown(restarting, numbered(1, waiting))).toMatchObject({
      reason: 'Restarting',
      message: 'The node of the session is gone. The session is being started again.',
    });
  });

  it('why, also once its own reason is another; and that its image is being fetched, which may take long', () => {
    expect(shown({ ...restarting, reason: 'StartingContainer' }, numbered(1, waiting)).reason).toBe('Restarting');
    const pulling = { ...numbered(1, waiting), event: eventOf('Pulling', 'Pulling image "i"') };
    expect(shown(restarting, pulling).reason).toBe('PullingImage');
  });

  it('why, also while its container runs and has not served yet; and that it has a node', () => {
    const { endpoint: _, ...elsewhere } = restarting;
    const prepared = shown(elsewhere, numbered(1, unready));
    expect(prepared).toMatchObject({ phase: 'Starting', reason: 'Restarting' });
    expect(prepared.conditions?.find(({ type }) => type === 'Scheduled')?.status).toBe('True');
  });

  it('the trouble that keeps it from starting, before anything else', () => {
    const stuck: PodStatus = {
      phase: 'Pending',
      containerStatuses: [{ name: 'session-runner', state: { waiting: { reason: 'ErrImagePull' } } }],
    };
    expect(shown(restarting, numbered(1, stuck))).toMatchObject({ reason: 'ImagePullFailed' });
  });
});

describe('the next look', () => {
  const lifetime = { maxLifetimeSeconds: 120 };

  it('is at the end of the lifetime', () => {
    const young = { session: session(alive, lifetime), pods: [pod(ready)] };
    expect(at(MINUTE_MS, young).requeueAfterMs).toBe(MINUTE_MS);
    expect(status(at(2 * MINUTE_MS, young)).reason).toBe('LifetimeExceeded');
  });

  it('is before that if something else is due before', () => {
    const silent = { session: session(alive, { maxLifetimeSeconds: 86_400 }), pods: [pod(unready)] };
    expect(at(MINUTE_MS, silent).requeueAfterMs).toBeLessThan(HOUR_MS);
  });

  it('is when a finished session is to go', () => {
    const ended = { session: session({ phase: 'Ended', endTime: CREATED }) };
    expect(at(HOUR_MS - SECOND_MS, ended)).toEqual({ steps: [], requeueAfterMs: SECOND_MS });
  });
});
