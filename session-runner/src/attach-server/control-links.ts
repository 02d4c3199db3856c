import type { RunnerEvent, RunnerReport, SessionEnd } from '@claude-webui/protocol';
import type { WebSocket } from 'ws';

/** How long the word of a session's end is kept for a gateway that has yet to come. Milliseconds. */
const LINGER_MS = 30_000;
/** The same when this runner has been told to leave by the machine, which does not wait. Milliseconds. */
const HURRIED_LINGER_MS = 3000;
/** Of a WebSocket that was closed and not lost (RFC 6455 §7.4.1). */
const NORMAL_CLOSURE = 1000;

/** The gateways that follow a session. A gateway may go and another come; what they have to know is told again. */
export class ControlLinks {
  private readonly links = new Set<WebSocket>();
  private report: RunnerReport | null = null;
  private proven: RunnerEvent | null = null;
  private end: SessionEnd | null = null;
  private heard: () => void = () => undefined;
  private lingerMs = LINGER_MS;

  add(link: WebSocket): void {
    this.links.add(link);
    link.on('close', (code) => {
      this.links.delete(link);
      if (this.end !== null && code === NORMAL_CLOSURE) this.heard();
    });
    if (this.proven !== null) send(link, this.proven);
    if (this.report !== null) send(link, { type: 'report', report: this.report });
    if (this.end !== null) send(link, { type: 'ended', end: this.end });
  }

  tell(event: RunnerEvent): void {
    if (event.type === 'report') this.report = event.report;
    if (event.type === 'policy-proven') this.proven = event;
    for (const link of this.links) send(link, event);
  }

  /** The word of the end is kept for a moment only, from now on or from the end on. */
  hurry(): void {
    this.lingerMs = HURRIED_LINGER_MS;
    if (this.end !== null) setTimeout(() => this.heard(), HURRIED_LINGER_MS).unref();
  }

  /** Tells how the session ended. Resolves once a gateway has heard it, or none has come for a while. */
  async ended(end: SessionEnd): Promise<void> {
    this.end = end;
    const heard = new Promise<void>((resolve) => (this.heard = resolve));
    const timer = setTimeout(this.heard, this.lingerMs);
    this.tell({ type: 'ended', end });
    await heard;
    clearTimeout(timer);
    for (const link of this.links) link.close(NORMAL_CLOSURE);
  }
}

function send(link: WebSocket, event: RunnerEvent): void {
  link.send(JSON.stringify(event));
}
