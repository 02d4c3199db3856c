/** What undoes an opening. */
export type Close = () => Promise<void> | void;

/** Long for a step that does not hang. Milliseconds. */
const DEADLINE_MS = 10_000;
/** For each step that is left when there is no time any more: the audit log's last lines are worth it. Milliseconds. */
const LATE_MS = 500;

interface Step {
  what: string;
  close: Close;
  deadlineMs: number;
}

/**
 * What a process has opened, closed in reverse. A step that fails, or that is not done at its deadline, does not keep the others
 * from being closed: the last lines of the audit log are among them.
 */
export class Closing {
  private readonly steps: Step[] = [];
  private closed: Promise<void> | null = null;

  /** @param failed hears of each failed step at once @param withinMs for all steps together; after that none gets more than a moment */
  constructor(
    private readonly failed: (what: string, error: unknown) => void,
    private readonly withinMs = Infinity,
  ) {}

  add(what: string, close: Close, deadlineMs = DEADLINE_MS): void {
    this.steps.push({ what, close, deadlineMs });
  }

  /** May be called twice. @throws AggregateError when all is done and something has failed */
  close(): Promise<void> {
    return (this.closed ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const errors: unknown[] = [];
    const end = performance.now() + this.withinMs;
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await inTime(step, Math.max(LATE_MS, end - performance.now()));
      } catch (error) {
        this.failed(step.what, error);
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
  }
}

async function inTime({ what, close, deadlineMs: ownMs }: Step, leftMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadlineMs = Math.round(Math.min(ownMs, leftMs));
  const deadline = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error(`closing ${what} took longer than ${deadlineMs / 1000} s`));
    timer = setTimeout(late, deadlineMs);
  });
  try {
    await Promise.race([close(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
