import type { ClaudeSessionStatus, SessionReason } from '@claude-webui/kubernetes-api';
import type { PodStatus } from '@claude-webui/kubernetes-api/client';
import {
  CREATED,
  DAY_MS,
  NAME,
  START,
  alive,
  crashed,
  eventOf,
  evicted,
  observe,
  over,
  pod,
  ready,
  session,
  silentSince,
  template,
  types,
  unready,
  written,
} from '../testing/observed-session';
import { decide } from './decide';
import type { Observation } from './observation';

const PERSISTENT = template('Persistent');
const EPHEMERAL = template('Ephemeral');

const outcome = (with_: Partial<Observation>) => {
  const status = written(decide(observe({ session: session(alive), ...with_ })));
  return `${status?.phase} ${status?.reason}`;
};
const COMES_BACK = 'Starting Restarting';
const says = (reason: string): PodStatus => over(0, JSON.stringify({ reason }));
const taken = (reason: string): PodStatus => ({
  ...over(143),
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason }],
});

describe('what becomes of a session whose pod is over', () => {
  /** With a persistent workspace; with an ephemeral one, if that differs. */
  it.each<[string, PodStatus, string, string?]>([
    ['the program left', says('exited'), 'Ended ProgramExited'],
    ['somebody ended it', says('terminated'), 'Ended Terminated'],
    ['it was idle', says('idle-timeout'), 'Ended IdleTimeout'],
    ['nobody was attached', says('detach-timeout'), 'Ended DetachTimeout'],
    ['its time is over', says('lifetime-exceeded'), 'Ended LifetimeExceeded'],
    ['its memory', says('out-of-memory'), 'Failed OutOfMemory'],
    ['its processes', says('too-many-processes'), 'Failed TooManyProcesses'],
    ['no CLI', says('cli-not-installed'), 'Failed CliNotInstalled'],
    ['no policy', says('policy-not-enforced'), 'Failed PolicyNotEnforced'],
    ['no start', says('start-failed'), 'Failed StartFailed'],
    ['a crash', says('runner-crashed'), COMES_BACK],
    ['the disk', says('disk-full'), COMES_BACK, 'Failed DiskFull'],
    ['a preemption', taken('PreemptionByScheduler'), COMES_BACK, 'Failed Preempted'],
    ['a lost node', taken('DeletionByPodGC'), COMES_BACK, 'Failed NodeLost'],
    ['an eviction', taken('TerminationByKubelet'), COMES_BACK, 'Failed Evicted'],
  ])('for %s', (_, status, persistent, ephemeral = persistent) => {
    expect(outcome({ template: PERSISTENT, pods: [pod(status)] })).toBe(persistent);
    expect(outcome({ template: EPHEMERAL, pods: [pod(status)] })).toBe(ephemeral);
  });

  it('an ephemeral one that never served has lost nothing, and gets another pod', () => {
    const young = session({ phase: 'Starting', podUID: 'p', startTime: CREATED });
    expect(outcome({ session: young, pods: [pod(taken('PreemptionByScheduler'))] })).toBe(COMES_BACK);
  });

  it('an ephemeral one is never suspended, whatever its template says: its files would be lost under a promise', () => {
    const forgetful = template('Ephemeral', 'Suspend', 'Suspend');
    for (const [words, reason] of [
      ['idle-timeout', 'IdleTimeout'],
      ['detach-timeout', 'DetachTimeout'],
    ] as const) {
      const decision = decide(observe({ session: session(alive), template: forgetful, pods: [pod(says(words))] }));
      expect(types(decision)).toEqual(['write-status']);
      expect(written(decision)).toMatchObject({ phase: 'Ended', reason });
    }
  });
});

describe('how often a session comes back', () => {
  const before = (ms: number) => new Date(START + 2 * DAY_MS - ms).toISOString();
  const with_ = (recentRestarts: ClaudeSessionStatus['recentRestarts']): Partial<Observation> => ({
    now: START + 2 * DAY_MS,
    template: PERSISTENT,
    session: session({ ...alive, recentRestarts }),
  });
  const crash = { pods: [pod(over(1))] };
  const eviction = { pods: [pod(taken('TerminationByKubelet'))] };
  const times = (count: number, ms: number) => Array.from({ length: count }, () => evicted(before(ms)));

  it.each<[string, Partial<Observation>, string]>([
    [
      'a crash a minute less than a day after another',
      { ...with_([crashed(before(DAY_MS - 60_000))]), ...crash },
      'Failed RunnerCrashed',
    ],
    [
      'a crash a minute more than a day after another',
      { ...with_([crashed(before(DAY_MS + 60_000))]), ...crash },
      COMES_BACK,
    ],
    ['a crash a day after another', { ...with_([crashed(before(DAY_MS))]), ...crash }, COMES_BACK],
    ['a crash after evictions', { ...with_(times(9, 60_000)), ...crash }, COMES_BACK],
    ['an eviction after a crash', { ...with_([crashed(before(60_000))]), ...eviction }, COMES_BACK],
    ['the tenth eviction of a day', { ...with_(times(9, 60_000)), ...eviction }, COMES_BACK],
    ['the eleventh', { ...with_(times(10, 60_000)), ...eviction }, 'Failed Evicted'],
    ['a crash after ten evictions', { ...with_(times(10, 60_000)), ...crash }, 'Failed RunnerCrashed'],
  ])('%s', (_, observation, expected) => {
    expect(outcome(observation)).toBe(expected);
  });
});

describe('a session whose pod is gone without a trace', () => {
  const remembered = (reason: SessionReason, lastRestartReason: 'Preempted' | 'RunnerCrashed') =>
    session({
      ...alive,
      phase: 'Starting',
      reason,
      lastRestartReason,
      lastRestartMessage: 'A pod of higher priority needed the room.',
      recentRestarts: [crashed(CREATED)],
    });

  it('was lost for what was written down while the pod ended', () => {
    const lost = remembered('Restarting', 'Preempted');
    expect(written(decide(observe({ session: lost })))).toMatchObject({
      phase: 'Failed',
      reason: 'Preempted',
      message: 'A pod of higher priority needed the room. Its workspace was ephemeral and is lost.',
    });
    expect(written(decide(observe({ session: lost, template: PERSISTENT })))).toMatchObject({
      phase: 'Starting',
      lastRestartReason: 'Preempted',
    });
  });

  it('was not lost for what befell an earlier pod: it comes back, though that one had crashed', () => {
    const lost = { session: remembered('Running', 'RunnerCrashed'), template: PERSISTENT };
    expect(written(decide(observe(lost)))).toMatchObject({ reason: 'Restarting', lastRestartReason: 'Evicted' });
  });

  it('was deleted, if it is being started again and nobody has written down why', () => {
    const lost = session({ ...alive, reason: 'Restarting' });
    expect(written(decide(observe({ session: lost, template: PERSISTENT })))).toMatchObject({
      lastRestartReason: 'Evicted',
      lastRestartMessage: 'The pod of the session was deleted.',
    });
  });

  it('says so', () => {
    expect(written(decide(observe({ session: session(alive) })))).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The pod of the session was deleted. Its workspace was ephemeral and is lost.',
    });
  });
});

describe('a runner that did not answer', () => {
  const silent = (recentRestarts: ClaudeSessionStatus['recentRestarts'] = []) =>
    session({ ...alive, recentRestarts, conditions: [silentSince(CREATED)] });

  it.each<[string, Partial<Observation>, SessionReason]>([
    ['and was told to stop', { session: silent(), pods: [pod(says('server-stopping'))] }, 'RunnerUnresponsive'],
    ['and was killed', { session: silent(), pods: [pod(over(137))] }, 'RunnerUnresponsive'],
    [
      'while somebody deleted its pod',
      { session: silent(), pods: [pod(says('server-stopping'), { deletionTimestamp: CREATED })] },
      'Evicted',
    ],
    ['while it was preempted', { session: silent(), pods: [pod(taken('PreemptionByScheduler'))] }, 'Preempted'],
    [
      'while its node was short of memory',
      { session: silent(), pods: [pod(taken('TerminationByKubelet'))] },
      'Evicted',
    ],
  ])('%s: %#', (_, observation, expected) => {
    const status = written(decide(observe({ template: PERSISTENT, ...observation })));
    expect(status).toMatchObject({ reason: 'Restarting', lastRestartReason: expected });
  });

  it('is so, whatever else is known of the session; and not because it serves', () => {
    const others = {
      type: 'Scheduled',
      status: 'True' as const,
      reason: 'Scheduled',
      message: '',
      lastTransitionTime: CREATED,
    };
    const lost = (...conditions: NonNullable<ClaudeSessionStatus['conditions']>) =>
      written(decide(observe({ session: session({ ...alive, conditions }), pods: [pod(over(137))] })))
        ?.lastRestartReason;
    expect(lost(others, silentSince(CREATED))).toBe('RunnerUnresponsive');
    expect(lost(others, { ...silentSince(CREATED), status: 'True', reason: 'Running' })).toBe('RunnerCrashed');
  });

  it('may come to its senses until the very end of the ten minutes', () => {
    const last = decide(observe({ now: START + 10 * 60_000, session: silent(), pods: [pod(unready)] }));
    expect(written(last)?.reason).toBe('Running');
    expect(last.requeueAfterMs).toBe(1000);
  });

  it('may come to its senses for ten minutes, and is looked at when they are over', () => {
    const nine = decide(observe({ now: START + 9 * 60_000, session: silent(), pods: [pod(unready)] }));
    expect(written(nine)?.reason).toBe('Running');
    const next = START + 9 * 60_000 + (nine.requeueAfterMs ?? Infinity);
    expect(next).toBeLessThan(START + 11 * 60_000);
    const then = decide(observe({ now: next, session: silent(), pods: [pod(unready)] }));
    expect(written(then)).toMatchObject({ reason: 'Restarting', lastRestartReason: 'RunnerUnresponsive' });
  });

  it('has crashed by that, the second time in a day', () => {
    expect(outcome({ session: silent([crashed(CREATED)]), pods: [pod(over(137))] })).toBe('Failed RunnerUnresponsive');
  });

  it('has not crashed by its program’s end', () => {
    expect(outcome({ session: silent(), pods: [pod(says('exited'))] })).toBe('Ended ProgramExited');
  });

  it.each([
    ['Unhealthy', 'Readiness probe failed: timeout'],
    ['BackOff', 'Liveness probe failed: timeout'],
  ])('is not what the event %s, "%s", says', (reason, message) => {
    const pods = [{ ...pod(over(1)), event: eventOf(reason, message) }];
    expect(written(decide(observe({ session: session(alive), pods })))?.lastRestartReason).toBe('RunnerCrashed');
  });
});

describe('a session that no gateway has taken', () => {
  const MINUTE_MS = 60_000;
  const unbound = (minutes: number, detachGraceSeconds: number) =>
    outcome({
      now: START + minutes * MINUTE_MS,
      session: session(
        {
          ...alive,
          conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: '', lastTransitionTime: CREATED }],
        },
        { detachGraceSeconds },
      ),
      pods: [pod(ready)],
      report: { bound: false, sessionId: null, report: null },
    });

  it('is kept for ten minutes, so that a gateway may start again meanwhile', () => {
    expect(unbound(0, 0)).toBe('Ready Running');
    expect(unbound(9, 0)).toBe('Ready Running');
    expect(unbound(10, 0)).toBe('Ready Running');
    expect(unbound(11, 0)).toBe('Ended DetachTimeout');
  });

  it('is kept for as long as anybody may be detached', () => {
    expect(unbound(14, 900)).toBe('Ready Running');
    expect(unbound(16, 900)).toBe('Ended DetachTimeout');
  });

  it('is another than one that has been taken', () => {
    const taken_: Partial<Observation> = {
      now: START + DAY_MS,
      pods: [pod(ready)],
      report: { bound: true, sessionId: NAME, report: null },
    };
    expect(outcome(taken_)).toBe('Ready Running');
  });
});
