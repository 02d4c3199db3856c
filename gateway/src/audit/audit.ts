import { randomUUID } from 'node:crypto';
import type { Logger } from '../log';
import type { AuditEvent } from './events';
import { GATEWAY, bounded } from './events';
import type { Chain } from './line';
import { NO_HASH, nextLine } from './line';
import { Repeats } from './repeats';
import type { AuditSink } from './sink';

/** Events waiting to be written. They wait only while the disk is slow; a thousand a second fill this in ten. */
const MAX_QUEUED = 10_000;
/** Events in one write. */
const MAX_BATCH = 500;
const FOLD_INTERVAL_MS = 5000;
/** How often the head of the chain is told to the log, where it outlives an audit log that was cut. */
const HEAD_INTERVAL_MS = 10 * 60_000;

export interface AuditParts {
  log: Logger;
  /** Events that could not be written. */
  failures: { inc(count: number): void };
}

/** The place that tells of an event needs no more. */
export type AuditTrail = Pick<Audit, 'record'>;

/**
 * Writes events in the order they were recorded, each chained to the one before. Serving never waits for it and goes on
 * without it: what cannot be written is logged, counted, and told by an `audit.lost` once writing works again.
 */
export class Audit {
  private readonly queue: { event: AuditEvent; time: string }[] = [];
  private readonly repeats = new Repeats();
  private readonly timers: NodeJS.Timeout[];
  private writing: Promise<void> | null = null;
  private lost = 0;
  private closed: Promise<void> | null = null;

  private constructor(
    private readonly sink: AuditSink,
    private readonly parts: AuditParts,
    /** Null after a failure: nobody knows what of the last write is there. */
    private chain: Chain | null,
  ) {
    this.timers = [
      setInterval(() => this.tellRepeats(Date.now()), FOLD_INTERVAL_MS).unref(),
      setInterval(() => this.tellHead(), HEAD_INTERVAL_MS).unref(),
    ];
  }

  /** Opens the sink; its owner is the Audit from then on. @throws Error that says what to do, when it cannot be written */
  static async open(sink: AuditSink, parts: AuditParts): Promise<Audit> {
    try {
      return new Audit(sink, parts, await beginChain(sink));
    } catch (error) {
      await sink.close();
      const cause = error instanceof Error ? error.message : String(error);
      throw new Error(
        `The audit log cannot be written (${cause}). Make its directory writable, or set AUDIT_LOG to another file or to stdout.`,
      );
    }
  }

  /** Takes an event that has just happened. */
  record(happened: AuditEvent): void {
    const event = bounded(happened);
    const now = Date.now();
    if (this.repeats.admit(event, now)) this.enqueue(event, now);
    else this.tellRepeats(now);
  }

  /** Writes what is left and the closing line. May be called twice; what is recorded later is lost. */
  close(): Promise<void> {
    this.closed ??= this.finish();
    return this.closed;
  }

  private async finish(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.tellRepeats(Infinity);
    this.enqueue({ event: 'audit.closed', ...GATEWAY }, Date.now());
    await this.writing;
    this.tellHead();
    await this.sink.close();
  }

  private enqueue(event: AuditEvent, now: number): void {
    if (this.closed !== null || this.queue.length >= MAX_QUEUED) return this.lose([event], 'queue full or closed');
    this.queue.push({ event, time: new Date(now).toISOString() });
    this.writing ??= this.write().finally(() => (this.writing = null));
  }

  private async write(): Promise<void> {
    // What is recorded in the same turn shares a write.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, MAX_BATCH);
      try {
        await this.append(batch);
      } catch (error) {
        this.chain = null;
        this.lose(
          batch.map(({ event }) => event),
          error,
        );
      }
    }
  }

  private async append(batch: readonly { event: AuditEvent; time: string }[]): Promise<void> {
    let chain = (this.chain ??= await beginChain(this.sink));
    const { lost } = this;
    const time = new Date().toISOString();
    const told = lost === 0 ? batch : [{ event: { event: 'audit.lost', ...GATEWAY, lost } as const, time }, ...batch];
    let lines = '';
    for (const { event, time: at } of told) {
      const line = nextLine(chain, event, at);
      lines += `${line.text}\n`;
      chain = line.chain;
    }
    await this.sink.append(lines);
    this.chain = chain;
    this.lost -= lost;
  }

  /** The log has them, without their place in the chain. */
  private lose(events: readonly AuditEvent[], err: unknown): void {
    this.lost += events.length;
    this.parts.failures.inc(events.length);
    for (const event of events) this.parts.log.error({ audit: event, err }, 'audit event not written');
  }

  private tellRepeats(now: number): void {
    for (const event of this.repeats.due(now)) this.enqueue(event, Date.now());
  }

  private tellHead(): void {
    if (this.chain === null) return;
    const { writer, seq, head } = this.chain;
    this.parts.log.info({ writer, seq: seq - 1, hash: head }, 'audit head');
  }
}

/** A new writer's first line: tied to what is there, and a witness of what is half there. */
async function beginChain(sink: AuditSink): Promise<Chain> {
  const { head, torn } = await sink.open();
  const empty = { writer: randomUUID(), seq: 0, head: head ?? NO_HASH };
  const opened = nextLine(empty, { event: 'audit.opened', ...GATEWAY, torn }, new Date().toISOString());
  await sink.append(`${opened.text}\n`);
  return opened.chain;
}
