/** Asks every pod that runs a session how it is, a bounded number at a time. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { background } from '@claude-webui/protocol';
import { LABELS } from '@claude-webui/kubernetes-api';
import type { Pod, Store } from '@claude-webui/kubernetes-api/client';
import { isReady } from '@claude-webui/kubernetes-api/client';
import { STATUS_PORT } from '../pod/session-pod';
import type { StatusReport } from './status-report';
import { activityHasMoved, isMaterial, parseStatusReport } from './status-report';

const CONCURRENCY = 32;
const TIMEOUT_MS = 2_000;
/** Status writes of all sessions together for which only the last activity is new: a busy installation must not write to etcd all the time. */
const ACTIVITY_NEWS_PER_SECOND = 4;
/** A report is of now for at least so long. */
const FRESH_MS = 60_000;
/** A report has a few hundred bytes. */
const ANSWER_MAX_BYTES = 16 * 1024;

export interface StatusPollerOptions {
  pods: Store<Pod>;
  /** Between two rounds; 0 asks nobody. A fifth of it is random. */
  intervalMs: number;
  /** News of all sessions together that only say that there was activity. */
  activityNewsPerSecond?: number;
  /** The last activity that the status of a session has, milliseconds since the epoch; null if it has none. */
  writtenActivity: (session: string) => number | null;
  /** The name of a session of which there is news. */
  onNews: (session: string) => void;
}

interface Heard {
  session: string;
  report: StatusReport;
  /** When it came, in monotonic milliseconds. */
  at: number;
  /** What the status is to have as the last activity: what is written, until it is this session's turn. Null while there is none. */
  activityAt: number | null;
}

export class StatusPoller {
  /** By pod UID, of pods that exist. */
  private readonly reports = new Map<string, Heard>();
  private timer: NodeJS.Timeout | null = null;
  private telling: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  constructor(private readonly options: StatusPollerOptions) {
    options.pods.onChange((before, after) => {
      if (after === undefined) this.reports.delete(before?.metadata.uid ?? '');
      // A pod that has just become ready is asked at once: somebody may be waiting in front of it.
      else if (isReady(after) && (before === undefined || !isReady(before))) this.askAtOnce(after);
    });
  }

  start(): void {
    const { intervalMs, activityNewsPerSecond = ACTIVITY_NEWS_PER_SECOND } = this.options;
    if (intervalMs === 0) return;
    this.plan();
    this.telling = setInterval(() => this.tellOldestActivity(), 1000 / activityNewsPerSecond);
  }

  /** The last report of a pod; null while there is none. */
  report({ metadata }: Pod): StatusReport | null {
    return this.reports.get(metadata.uid ?? '')?.report ?? null;
  }

  /** The session's last activity as its status is to tell it, milliseconds since the epoch; null while nothing is known. */
  activityAt({ metadata }: Pod): number | null {
    return this.reports.get(metadata.uid ?? '')?.activityAt ?? null;
  }

  /** Whether the last report is of one of the last rounds. */
  isFresh({ metadata }: Pod): boolean {
    const at = this.reports.get(metadata.uid ?? '')?.at ?? -Infinity;
    return performance.now() - at < Math.max(FRESH_MS, 3 * this.options.intervalMs);
  }

  close(): void {
    this.stopping.abort();
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.telling !== null) clearInterval(this.telling);
  }

  private plan(): void {
    const ms = this.options.intervalMs * (0.9 + Math.random() * 0.2);
    const next = () => !this.stopping.signal.aborted && this.plan();
    this.timer = setTimeout(() => background('status-poll', this.round().finally(next)), ms);
  }

  private askAtOnce(pod: Pod): void {
    if (this.options.intervalMs > 0) background('status-poll', this.ask(pod));
  }

  private async round(): Promise<void> {
    const next = [...this.options.pods.list()].filter(isReady).values();
    const worker = async () => {
      for (const pod of next) {
        if (this.stopping.signal.aborted) return;
        await this.ask(pod);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** A pod that does not answer is nothing new: its health check tells. */
  private async ask(pod: Pod): Promise<void> {
    const session = pod.metadata.labels?.[LABELS.session];
    const { uid = '' } = pod.metadata;
    const ip = pod.status?.podIP;
    if (session === undefined || ip === undefined) return;
    const answer = await get(ip, this.stopping.signal).catch(() => null);
    const report = answer === null ? null : parseStatusReport(answer, Date.now());
    if (report === null || this.options.pods.get(pod.metadata.name)?.metadata.uid !== uid) return;
    const before = this.reports.get(uid);
    const isNews = isMaterial(before?.report, report);
    // The first report after a start of this operator is no reason to write: it is of all sessions at once.
    const isWrittenAnyway = isNews && before !== undefined;
    const activityAt = isWrittenAnyway ? (report.report?.lastActivityAt ?? null) : this.toldActivity(pod);
    this.reports.set(uid, { session, report, at: performance.now(), activityAt });
    if (isNews) this.options.onNews(session);
  }

  /** The last activity that the status of the pod's session has, or is about to get. */
  private toldActivity({ metadata }: Pod): number | null {
    const heard = this.reports.get(metadata.uid ?? '');
    return heard === undefined
      ? this.options.writtenActivity(metadata.labels?.[LABELS.session] ?? '')
      : heard.activityAt;
  }

  /** One session at a time, evenly: of those in which there was activity, the one whose written activity is oldest. */
  private tellOldestActivity(): void {
    const now = Date.now();
    let oldest: Heard | null = null;
    for (const heard of this.reports.values()) {
      const lastActivityAt = heard.report.report?.lastActivityAt;
      if (lastActivityAt === undefined || !activityHasMoved(heard.activityAt, lastActivityAt, now)) continue;
      if (oldest === null || (heard.activityAt ?? 0) < (oldest.activityAt ?? 0)) oldest = heard;
    }
    if (oldest === null) return;
    oldest.activityAt = oldest.report.report?.lastActivityAt ?? null;
    this.options.onNews(oldest.session);
  }
}

async function get(host: string, signal: AbortSignal): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      host,
      port: STATUS_PORT,
      path: '/status',
      // A kept connection would be closed by the pod between two rounds, and the next question lost.
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) throw new Error('too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
