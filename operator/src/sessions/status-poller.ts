/** Asks every pod that runs a session how it is, a bounded number at a time. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { LABELS } from '@claude-webui/protocol/kubernetes';
import type { Store } from '../controller/store';
import type { Pod } from '../pod/pod';
import { isReady } from '../pod/pod';
import { STATUS_PORT } from '../pod/session-pod';
import type { StatusReport } from './status-report';
import { isMaterial, parseStatusReport } from './status-report';

const CONCURRENCY = 32;
const TIMEOUT_MS = 2_000;
/** A report has a few hundred bytes. */
const ANSWER_MAX_BYTES = 16 * 1024;

export interface StatusPollerOptions {
  pods: Store<Pod>;
  /** Between two rounds; 0 asks nobody. A fifth of it is random. */
  intervalMs: number;
  /** The name of a session of which there is news. */
  onNews: (session: string) => void;
}

export class StatusPoller {
  /** By pod UID, of pods that exist. */
  private readonly reports = new Map<string, StatusReport>();
  private timer: NodeJS.Timeout | null = null;
  private readonly stopping = new AbortController();

  constructor(private readonly options: StatusPollerOptions) {
    options.pods.onChange((before, after) => {
      if (after === undefined) this.reports.delete(before?.metadata.uid ?? '');
      // A pod that has just become ready is asked at once: somebody may be waiting in front of it.
      else if (isReady(after) && (before === undefined || !isReady(before))) this.askAtOnce(after);
    });
  }

  start(): void {
    if (this.options.intervalMs > 0) this.plan();
  }

  /** The last report of a pod; null while there is none. */
  report({ metadata }: Pod): StatusReport | null {
    return this.reports.get(metadata.uid ?? '') ?? null;
  }

  close(): void {
    this.stopping.abort();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private plan(): void {
    const ms = this.options.intervalMs * (0.9 + Math.random() * 0.2);
    this.timer = setTimeout(() => void this.round().finally(() => !this.stopping.signal.aborted && this.plan()), ms);
  }

  private askAtOnce(pod: Pod): void {
    if (this.options.intervalMs > 0) void this.ask(pod);
  }

  private async round(): Promise<void> {
    const pods = [...this.options.pods.list()].filter((pod) => isReady(pod));
    const next = pods.values();
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
    const report = answer === null ? null : parseStatusReport(answer);
    if (report === null || this.options.pods.get(pod.metadata.name)?.metadata.uid !== uid) return;
    const before = this.reports.get(uid);
    this.reports.set(uid, report);
    if (isMaterial(before, report)) this.options.onNews(session);
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
