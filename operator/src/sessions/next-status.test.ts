import type { ClaudeSessionStatus } from '@claude-webui/kubernetes-api';
import { RECENT_RESTARTS_MAX } from '@claude-webui/kubernetes-api';
import {
  CREATED,
  DAY_MS,
  NAME,
  START,
  crashed,
  evicted,
  observe,
  pod,
  ready,
  session,
  suspended as suspendedByHand,
  template,
} from '../testing/observed-session';
import * as next from './next-status';
import type { Observation } from './observation';

const NOW = '2026-01-01T00:01:00Z';
const EARLIER = '2026-01-01T00:00:10Z';
const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: EARLIER,
});
/** All that a session may have gathered while it ran. */
const ran: ClaudeSessionStatus = {
  phase: 'Attached',
  reason: 'Running',
  podName: `cs-${NAME}-0`,
  podUID: 'p',
  startKind: 'Warm',
  endpoint: 'http://10.0.0.1:7681',
  attachments: 2,
  startTime: EARLIER,
  readyTime: EARLIER,
  lastActivityTime: EARLIER,
  suspendedUntil: CREATED,
  conditions: [condition('Ready', 'True', 'Running'), condition('Attached', 'True', 'BrowserAttached')],
};
const after = (status: ClaudeSessionStatus | undefined, with_: Partial<Observation> = {}) =>
  observe({ session: session(status), ...with_ });
/** Each condition as its status and reason. */
const conditionsOf = ({ conditions }: ClaudeSessionStatus) =>
  Object.fromEntries((conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]));
const EVICTED = { reason: 'Evicted' as const, message: 'The pod was removed.' };
const heard = (attachments: number): Partial<Observation> => ({
  report: { bound: true, sessionId: NAME, report: { activity: 'working', attachments, lastActivityAt: START } },
});
const READY = { kind: 'ready' } as const;

describe('where a session is attached to', () => {
  const all = ['podName', 'podUID', 'endpoint', 'attachments'] as const;
  const named = (status: ClaudeSessionStatus) => all.filter((field) => status[field] !== undefined);

  it('is nowhere, and it has no pod, once it waits, is suspended or gets another', () => {
    const o = after(ran);
    for (const status of [
      next.pending(o, 'QuotaExceeded', 'No room.'),
      next.suspended(o),
      next.restarting(o, EVICTED, false),
    ]) {
      expect(named(status)).toEqual([]);
      expect(conditionsOf(status)).toMatchObject({ Scheduled: 'False NoPod', Attached: 'False NoBrowser' });
    }
  });

  it('is nowhere while its pod starts, is taken away or is over, of which one can still read', () => {
    const o = after(ran);
    for (const status of [
      next.starting(o, pod({}), 'PullingImage', 'Soon.', true),
      next.ending(o, EVICTED),
      next.leaving(o, EVICTED),
      next.over(o, 'Ended', 'ProgramExited', 'It has ended.'),
    ]) {
      expect(named(status)).toEqual(['podName', 'podUID']);
      expect(conditionsOf(status)).toMatchObject({ Attached: 'False NoBrowser' });
    }
  });

  it('is nowhere while it is being suspended, by those who are still attached', () => {
    expect(named(next.suspending(after(ran)))).toEqual(['podName', 'podUID', 'attachments']);
  });

  it.each([
    ['10.0.0.7', 'http://10.0.0.7:7681'],
    ['fd00::7', 'http://[fd00::7]:7681'],
  ])('is the address of its pod while it runs: %s', (podIP, endpoint) => {
    const status = next.running(after(ran), pod({ ...ready, podIP }, { name: 'cs-s-warm', uid: 'q' }), READY);
    expect(status).toMatchObject({ podName: 'cs-s-warm', podUID: 'q', endpoint, startKind: 'Warm' });
  });

  it('is not known of a pod without an address', () => {
    const { podIP: _, ...placeless } = ready;
    expect(next.running(after(ran), pod(placeless), READY)).not.toHaveProperty('endpoint');
    const unheard = { pod: { metadata: { name: 'cs-s-0' } }, event: null };
    expect(next.running(after(ran), unheard, READY)).not.toHaveProperty('endpoint');
  });
});

describe('a session that waits', () => {
  it('says for what', () => {
    const status = next.pending(after(undefined), 'QuotaExceeded', 'No room.');
    expect(status).toMatchObject({ phase: 'Pending', reason: 'QuotaExceeded', message: 'No room.' });
    expect(conditionsOf(status)).toMatchObject({ Ready: 'False QuotaExceeded', Suspended: 'False NotSuspended' });
  });

  it('announces no end of a suspension that is over', () => {
    expect(next.pending(after(ran), 'QuotaExceeded', 'No room.')).not.toHaveProperty('suspendedUntil');
  });

  it('says of which change of its object it knows', () => {
    const generation = (one: number | undefined) => {
      const object = session(undefined);
      if (one === undefined) delete object.metadata.generation;
      else object.metadata.generation = one;
      return next.pending(observe({ session: object }), 'Scheduling', '').observedGeneration;
    };
    expect([generation(3), generation(undefined)]).toEqual([3, 0]);
  });
});

describe('a session that starts', () => {
  const starting = (o: Observation, name = `cs-${NAME}-0`, scheduled = true) =>
    next.starting(o, pod({}, { name }), 'PullingImage', 'Soon.', scheduled);

  it('says why it takes so long, and whether it has a node', () => {
    const status = starting(after(undefined));
    expect(status).toMatchObject({ phase: 'Starting', reason: 'PullingImage', message: 'Soon.' });
    expect(conditionsOf(status)).toMatchObject({
      Scheduled: 'True Scheduled',
      Ready: 'False PullingImage',
      Suspended: 'False NotSuspended',
    });
    expect(conditionsOf(starting(after(undefined), 'cs-s-0', false))).toMatchObject({
      Scheduled: 'False PullingImage',
    });
  });

  it('has started at its first start, however often it starts again', () => {
    expect(starting(after(undefined)).startTime).toBe(NOW);
    expect(starting(after(ran)).startTime).toBe(EARLIER);
  });

  it.each<[string, number | undefined, 'Warm' | 'Cold']>([
    [`cs-${NAME}-0`, undefined, 'Cold'],
    [`cs-${NAME}-2`, 2, 'Cold'],
    [`cs-${NAME}-0`, 2, 'Warm'],
    ['warm-default-x7', undefined, 'Warm'],
  ])('in the pod %s, after %p restarts: %s', (name, restarts, expected) => {
    const o = after(restarts === undefined ? undefined : { ...ran, restarts });
    expect(starting(o, name).startKind).toBe(expected);
    expect(next.running(o, pod(ready, { name }), READY).startKind).toBe(expected);
  });
});

describe('a session that runs', () => {
  const running = (o: Observation) => next.running(o, pod(ready), READY);

  it('says so', () => {
    const status = running(after(ran));
    expect(status).toMatchObject({ reason: 'Running', message: 'The session runs.' });
    expect(conditionsOf(status)).toMatchObject({
      Scheduled: 'True Scheduled',
      Ready: 'True Running',
      Suspended: 'False NotSuspended',
    });
  });

  it('does not answer its health check, and says so', () => {
    const status = next.running(after(ran), pod(ready), { kind: 'unready', message: 'No answer.' });
    expect(status).toMatchObject({ phase: 'Attached', reason: 'Running', message: 'No answer.' });
    expect(conditionsOf(status)).toMatchObject({ Ready: 'False RunnerUnresponsive' });
  });

  it('was ready the first time when it was first ready', () => {
    expect(running(after(undefined))).toMatchObject({ startTime: NOW, readyTime: NOW, lastActivityTime: NOW });
    expect(running(after(ran))).toMatchObject({ startTime: EARLIER, readyTime: EARLIER, lastActivityTime: EARLIER });
  });

  it('was active when its runner says so', () => {
    const at = (activityAt: number, status?: ClaudeSessionStatus) =>
      running(after(status, { activityAt })).lastActivityTime;
    expect(at(START + 30_000)).toBe('2026-01-01T00:00:30Z');
    // In steps of a minute.
    expect(at(START + 30_000, ran)).toBe(EARLIER);
    expect(at(START + 70_000, { ...ran, lastActivityTime: CREATED })).toBe('2026-01-01T00:01:10Z');
  });

  it.each<[string, ClaudeSessionStatus | undefined, Partial<Observation>, string]>([
    ['nobody has come yet', undefined, heard(0), 'Ready 0'],
    ['the first has come', { phase: 'Ready' }, heard(1), 'Attached 1'],
    ['all have left', ran, heard(0), 'Detached 0'],
    ['all have left long ago', { ...ran, phase: 'Detached', attachments: 0 }, heard(0), 'Detached 0'],
    ['its runner has not been asked since the operator started', ran, { report: null }, 'Attached 2'],
    ['nothing is known at all', undefined, { report: null }, 'Ready 0'],
    ['its runner knows of nobody', ran, { report: { bound: true, sessionId: NAME, report: null } }, 'Detached 0'],
  ])('%s', (_, status, with_, expected) => {
    const { phase, attachments } = running(after(status, with_));
    expect(`${phase} ${attachments}`).toBe(expected);
  });
});

describe('a session that is suspended', () => {
  const DRAINED = [condition('Ready', 'False', 'Restarting'), condition('Suspended', 'False', 'NodeEmptied')];
  const bounds = (ttlMs: number): Partial<Observation> => ({ suspension: { ttlMs, max: Infinity, newer: 0 } });

  it('says first that it is being suspended', () => {
    const status = next.suspending(after(ran));
    expect(status).toMatchObject({ message: 'The session is being suspended.' });
    expect(conditionsOf(status)).toMatchObject({
      Scheduled: 'True Scheduled',
      Ready: 'False Suspending',
      Attached: 'False NoBrowser',
      Suspended: 'False Suspending',
    });
  });

  it('says how to go on, and what is lost', () => {
    const told = (with_: Partial<Observation>) => next.suspended(after(ran, with_)).message;
    const sentence = 'The session is suspended. Set suspend to false to go on.';
    expect(told({ template: template('Persistent') })).toBe(sentence);
    expect(told({ template: template('Ephemeral') })).toBe(`${sentence} Its ephemeral workspace is gone.`);
    expect(told({ template: null })).toBe(sentence);
    expect(next.suspended(after(ran))).toMatchObject({ phase: 'Suspended', reason: 'Suspended' });
    expect(conditionsOf(next.suspended(after(ran)))).toMatchObject({
      Ready: 'False Suspended',
      Suspended: 'True Suspended',
    });
  });

  it('says that its machine was being emptied, if it was, and for no other reason', () => {
    const o = after({ ...ran, conditions: DRAINED }, { template: template('Persistent') });
    expect(conditionsOf(next.suspending(o))).toMatchObject({ Suspended: 'False NodeEmptied' });
    expect(conditionsOf(next.suspended(o))).toMatchObject({ Suspended: 'True NodeEmptied' });
    expect(next.suspended(o).message).toBe(
      'The session is suspended, because the machine on which it ran was being emptied. Set suspend to false to go on.',
    );
    for (const conditions of [[condition('Ready', 'False', 'NodeEmptied')], [condition('Suspended', 'False', 'Other')]])
      expect(next.suspended(after({ ...ran, conditions })).message).not.toContain('emptied');
    for (const status of [{ phase: 'Ready' as const }, undefined])
      expect(next.suspended(after(status)).message).not.toContain('emptied');
  });

  it('announces when it ends, counted from when it was suspended', () => {
    const o = (status: ClaudeSessionStatus) => after(status, bounds(DAY_MS));
    expect(next.suspended(o(ran)).suspendedUntil).toBe('2026-01-02T00:01:00Z');
    const before = next.suspended(o(suspendedByHand));
    expect(before.suspendedUntil).toBe('2026-01-02T00:00:00Z');
    expect(before.message).toContain('It ends at 2026-01-02T00:00:00Z if it is not resumed.');
    const bound = next.suspended(after(suspendedByHand, bounds(Infinity)));
    expect(bound).not.toHaveProperty('suspendedUntil');
    expect(bound.message).not.toContain('It ends');
  });

  it('was suspended when its condition became true', () => {
    const since = (status: ClaudeSessionStatus | undefined) => next.suspendedSince(session(status));
    expect(
      since({ conditions: [condition('Ready', 'True', 'Running'), condition('Suspended', 'True', 'Suspended')] }),
    ).toBe(Date.parse(EARLIER));
    expect(since({ conditions: [condition('Suspended', 'False', 'NotSuspended')] })).toBeNull();
    expect(since({ conditions: [condition('Ready', 'True', 'Running')] })).toBeNull();
    expect(since({})).toBeNull();
    expect(since(undefined)).toBeNull();
  });
});

describe('a session that gets another pod', () => {
  const restarting = (status: ClaudeSessionStatus | undefined, crash = false) =>
    next.restarting(after(status), EVICTED, crash);

  it('says why the last one was lost', () => {
    const status = restarting(ran);
    expect(status).toMatchObject({
      phase: 'Starting',
      reason: 'Restarting',
      message: 'The pod was removed. The session is being started again.',
      lastRestartReason: 'Evicted',
      lastRestartMessage: 'The pod was removed.',
    });
    // Whether the next one is warm is not known.
    expect(status).not.toHaveProperty('startKind');
    expect(conditionsOf(status)).toMatchObject({ Ready: 'False Restarting', Suspended: 'False NotSuspended' });
  });

  it('counts pods, and crashes apart', () => {
    expect(restarting(undefined)).toMatchObject({ restarts: 1 });
    expect(restarting(undefined)).not.toHaveProperty('crashes');
    expect(restarting(undefined, true)).toMatchObject({ restarts: 1, crashes: 1 });
    expect(restarting({ ...ran, restarts: 4, crashes: 2 })).toMatchObject({ restarts: 5, crashes: 2 });
    expect(restarting({ ...ran, restarts: 4, crashes: 2 }, true)).toMatchObject({ restarts: 5, crashes: 3 });
  });

  it('remembers its last ten replacements, each with its time and reason', () => {
    const newest = { time: NOW, reason: 'Evicted' };
    expect(restarting(undefined).recentRestarts).toEqual([newest]);
    expect(restarting({ ...ran, recentRestarts: [crashed(CREATED)] }).recentRestarts).toEqual([
      crashed(CREATED),
      newest,
    ]);
    const full = [crashed(CREATED), ...Array.from({ length: RECENT_RESTARTS_MAX - 1 }, () => evicted(EARLIER))];
    expect(restarting({ ...ran, recentRestarts: full }).recentRestarts).toEqual([...full.slice(1), newest]);
  });
});

describe('a session whose pod somebody takes away', () => {
  it('says why and what follows, and remembers it for when the pod is gone', () => {
    const lost = {
      phase: 'Starting',
      reason: 'Restarting',
      lastRestartReason: 'Evicted',
      lastRestartMessage: EVICTED.message,
    };
    const ending = next.ending(after(ran), EVICTED);
    expect(ending).toMatchObject({ ...lost, message: 'The pod was removed. The session will be started again.' });
    expect(conditionsOf(ending)).toMatchObject({
      Scheduled: 'True Scheduled',
      Ready: 'False Restarting',
      Suspended: 'False NotSuspended',
    });
    const leaving = next.leaving(after(ran), EVICTED);
    expect(leaving).toMatchObject({ ...lost, message: 'The pod was removed. The session is being suspended.' });
    expect(conditionsOf(leaving)).toMatchObject({ Ready: 'False Restarting', Suspended: 'False NodeEmptied' });
  });
});

describe('a session that is over', () => {
  it.each([0, 3, undefined])('says when, why, and that its program left with %p', (exitCode) => {
    const status = next.over(after(ran), 'Ended', 'ProgramExited', 'It has ended.', exitCode);
    expect(status).toMatchObject({ phase: 'Ended', reason: 'ProgramExited', message: 'It has ended.', endTime: NOW });
    expect(status.exitCode).toBe(exitCode);
    expect(conditionsOf(status)).toMatchObject({
      Scheduled: 'False NoPod',
      Ready: 'False ProgramExited',
      Suspended: 'False NotSuspended',
    });
  });
});

describe('the notice that a machine is being emptied', () => {
  it('goes to whoever is attached, and is gone with the pod', () => {
    const o = after(ran, { isOnCordonedNode: true });
    expect(conditionsOf(next.running(o, pod(ready), READY))).toHaveProperty('NodeDraining');
    for (const status of [
      next.pending(o, 'QuotaExceeded', ''),
      next.starting(o, pod({}), 'PullingImage', '', true),
      next.suspending(o),
      next.suspended(o),
      next.restarting(o, EVICTED, false),
      next.ending(o, EVICTED),
      next.leaving(o, EVICTED),
      next.over(o, 'Ended', 'ProgramExited', ''),
    ])
      expect(conditionsOf(status)).not.toHaveProperty('NodeDraining');
  });
});
