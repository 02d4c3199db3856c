import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { randomInt } from 'node:crypto';
import { LABELS } from '@claude-webui/kubernetes-api';
import { Store } from '@claude-webui/kubernetes-api/client';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { STATUS_PORT } from '../pod/session-pod';
import { StatusPoller } from './status-poller';

/** A pod's address: one of loopback's many, since all pods have the same port. */
const podIP = `127.${randomInt(2, 250)}.${randomInt(250)}.${randomInt(1, 250)}`;

const pod = (version: number): Pod => ({
  metadata: { name: 'p', uid: 'u', resourceVersion: String(version), labels: { [LABELS.session]: 's' } },
  status: { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] },
});
const report = (attachments: number) =>
  JSON.stringify({ bound: true, sessionId: 's', report: { activity: 'working', attachments, lastActivityAt: 1 } });

describe('the status poller', () => {
  let server: Server;
  let answer: string;
  let asked: number;
  let poller: StatusPoller;
  let pods: Store<Pod>;
  let news: Promise<string>;

  beforeEach(async () => {
    asked = 0;
    server = createServer((_, response) => {
      asked += 1;
      response.end(answer);
    }).listen(STATUS_PORT, podIP);
    await once(server, 'listening');
    pods = new Store();
    news = new Promise((resolve) => {
      poller = new StatusPoller({ pods, intervalMs: 20, writtenActivity: () => null, onNews: resolve });
    });
  });
  afterEach(async () => {
    poller.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  it('asks a pod that has become ready at once, and tells of the news', async () => {
    answer = report(2);
    pods.observe(pod(1));
    expect(await news).toBe('s');
    expect(poller.report(pod(1))?.report?.attachments).toBe(2);
  });

  it('asks in rounds, and forgets a pod that is gone', async () => {
    answer = report(0);
    pods.observe(pod(1));
    await news;
    answer = report(1);
    poller.start();
    while (poller.report(pod(1))?.report?.attachments !== 1) await once(server, 'request');
    pods.watched(pod(2), true);
    expect(poller.report(pod(1))).toBeNull();
  });

  it('takes no nonsense and no endless answer from a pod that its user has tampered with', async () => {
    answer = `{"bound":"${'x'.repeat(100_000)}"}`;
    pods.observe(pod(1));
    poller.start();
    while (asked < 3) await once(server, 'request');
    expect(poller.report(pod(1))).toBeNull();
  });

  describe('of many sessions', () => {
    const PODS = 60;
    const PER_SECOND = 20;
    let many: Store<Pod>;
    let began: number;
    /** The number of the round, as each answer has its own last activity. */
    let activity: number;
    beforeEach(() => {
      poller.close();
      many = new Store();
      activity = 0;
      server.on('request', () => {
        activity += 120_000;
        answer = JSON.stringify({
          bound: true,
          sessionId: 's',
          report: { activity: 'working', attachments: 1, lastActivityAt: activity },
        });
      });
      answer = report(1);
      began = performance.now();
    });

    const startAll = (writtenActivity: () => number | null, onNews: (session: string) => void) => {
      poller = new StatusPoller({
        pods: many,
        intervalMs: 10,
        activityNewsPerSecond: PER_SECOND,
        writtenActivity,
        onNews,
      });
      for (let n = 0; n < PODS; n += 1) {
        const { metadata, status } = pod(n + 1);
        const name = `p${n}`;
        many.observe({
          metadata: { ...metadata, name, uid: name, labels: { [LABELS.session]: name } },
          status: status!,
        });
      }
      poller.start();
    };
    const mostNews = () => PER_SECOND * ((performance.now() - began) / 1000 + 1) + 1;

    it('tells of activity alone only so many times in a second, of all together, and forgets none', async () => {
      const told = new Map<string, number>();
      await new Promise<void>((resolve) =>
        startAll(
          () => 1,
          (session) => {
            told.set(session, (told.get(session) ?? 0) + 1);
            // The first news of each is that it runs.
            if (told.size === PODS && [...told.values()].every((times) => times >= 2)) resolve();
          },
        ),
      );
      const activityNews = [...told.values()].reduce((sum, times) => sum + times - 1, 0);
      expect(activityNews).toBeLessThanOrEqual(mostNews());
      // The oldest first: nobody has a second turn before everybody has had one.
      expect(Math.max(...told.values())).toBe(2);
    });

    it('a new leader, which hears of all of them at once, has no more of them written for it', async () => {
      const WRITTEN = 1;
      let worst = -Infinity;
      const changed = () =>
        [...many.list()].filter((one) => poller.activityAt(one) !== null && poller.activityAt(one) !== WRITTEN).length;
      await new Promise<void>((resolve) =>
        startAll(
          () => WRITTEN,
          () => {
            worst = Math.max(worst, changed() - mostNews());
            if (changed() === PODS) resolve();
          },
        ),
      );
      expect(worst).toBeLessThanOrEqual(0);
    });
  });
});
