/** What undoes an opening. */
export type Close = () => Promise<void> | void;

/** Long for a step that does not hang. Milliseconds. */
const DEADLINE_MS = 10_000;

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

  /** @param failed hears of each failed step at once */
  constructor(private readonly failed: (what: string, error: unknown) => void) {}

  add(what: string, close: Close, deadlineMs = DEADLINE_MS): void {
    this.steps.push({ what, close, deadlineMs });
  }

  /** May be called twice. @throws AggregateError when all is done and something has failed */
  close(): Promise<void> {
    return (this.closed ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await inTime(step);
      } catch (error) {
        this.failed(step.what, error);
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
  }
}

async function inTime({ what, close, deadlineMs }: Step): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
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
