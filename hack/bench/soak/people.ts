/** People who open a session, work in it and end it, all the time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '@claude-webui/testing/cluster/edge';

/** Of one session, between its two outputs: short, so that many come and go. Milliseconds. */
const MIN_PAUSE_MS = 5000;
const MAX_PAUSE_MS = 30_000;
/** After a request that was refused: a gateway without Redis answers 503. Milliseconds. */
const RETRY_MS = 2000;
const LINES = 2000;

export class People {
  sessions = 0;
  /** Sessions that could not be begun or ended at the first attempt. */
  refused = 0;
  /** What a terminal did not show, or showed otherwise. */
  readonly lost: string[] = [];
  private leaving = false;
  private readonly busy: Promise<void>[] = [];

  constructor(private readonly person: Person) {}

  start(count: number): void {
    this.leaving = false;
    for (let n = 0; n < count; n += 1) this.busy.push(this.work());
  }

  /** Each ends the session that he is in. */
  async leave(): Promise<void> {
    this.leaving = true;
    await Promise.all(this.busy.splice(0));
  }

  private async work(): Promise<void> {
    while (!this.leaving) {
      const id = await this.untilDone(() => this.person.newSession());
      const client = this.person.open(id);
      try {
        await client.attached();
        for (let output = 0; output < 2; output += 1) {
          client.type(`seq 1 ${LINES} | cksum; seq 1 ${LINES}; echo "D""ONE-${output}"\n`);
          await client.shows(`DONE-${output}`);
          await delay(MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
        }
        this.sessions += 1;
      } catch (error) {
        this.lost.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        client.close();
      }
      await this.untilDone(() => this.person.end(id));
    }
  }

  private async untilDone<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch {
        this.refused += 1;
        await delay(RETRY_MS);
      }
    }
  }
}
