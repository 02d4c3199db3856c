import { background } from '@claude-webui/protocol';
import type { Attached, AttachmentState, Role, SessionEnd } from '@claude-webui/protocol';
import { OutputAge } from '../output-buffer/output-age';
import type { OutputBuffer } from '../output-buffer/output-buffer';
import type { Screen, Snapshot } from '../screen/screen';
import type { Attachment } from './attachment';
import { KeptScrollback } from './kept-scrollback';

/** An observer further behind than this is shown the screen instead of what it missed. */
const MAX_OBSERVER_LAG_BYTES = 1024 * 1024;
/** All output is replayed to a newcomer, instead of a snapshot, as long as it is this short. */
const SHORT_HISTORY_BYTES = 64 * 1024;

/** A query this old is not answered any more: whoever asked has stopped waiting. Milliseconds. */
const MAX_QUERY_AGE_MS = 5_000;

/** A driver whose connection broke is expected back within this time: several attempts that hang, and their waits. Milliseconds. */
const RETURN_MS = 30_000;

/** The part of the state that is the same for everybody. */
export type SharedState = Pick<AttachmentState, 'size' | 'activity' | 'idleEndsInMs'>;

/** Everybody attached to a session: who drives, and who has been sent what. */
export class Audience {
  private readonly attachments = new Set<Attachment>();
  /** Client id of the driver. It stays while that client is away, until another takes its place. */
  private driver: string | null = null;
  /** The driver that has just gone: the offset from which it will want to go on, kept for RETURN_MS. */
  private expected: { client: string; from: number; timer: NodeJS.Timeout } | null = null;
  /** Output before this offset has been sent to a driver, whose terminal has answered the queries in it. */
  private shownTo = 0;
  /** Output before this offset was answered before the driver took over. 0 for one that was told so at its attach. */
  private answeredTo = 0;
  private readonly scrollback = new KeptScrollback();
  private readonly age = new OutputAge(MAX_QUERY_AGE_MS);

  constructor(
    private readonly output: OutputBuffer,
    private readonly screen: Screen,
    private readonly events: {
      /** An observer is shown the screen instead of what it missed. */
      dropped(): void;
      /** A driver that had gone does not come back in time. */
      givenUp(): void;
    },
  ) {}

  get size(): number {
    return this.attachments.size;
  }

  /**
   * Whether the program has to wait for its driver: one that cannot take more output, or one that is expected back and
   * would find that what it has not seen has left the buffer. Observers never make it wait.
   */
  get isDriverStalled(): boolean {
    if (this.expected !== null && this.output.wouldLose(this.expected.from)) return true;
    for (const attachment of this.attachments)
      if (attachment.isStalled && this.roleOf(attachment) === 'driver') return true;
    return false;
  }

  roleOf(attachment: Attachment): Role {
    return attachment.client === this.driver && attachment.scope === 'drive' ? 'driver' : 'observer';
  }

  /**
   * Lets somebody in and sends what it needs to show the session: everything after `from`, the offset up to which it has
   * output already, or else the screen.
   */
  async attach(
    attachment: Attachment,
    from: number | null,
    takeOver: boolean,
    welcome: Pick<Attached, 'sessionId' | 'stream' | 'inputSequence' | 'refused' | 'scrollbackLines'> & {
      shared: () => SharedState;
    },
  ): Promise<void> {
    // A client that comes back replaces the connection it lost; nobody has noticed yet that the old one is dead.
    for (const other of this.attachments) if (other.client === attachment.client) this.dismiss(other);
    if (this.expected?.client === attachment.client) this.expectNobody();
    if (attachment.scope === 'drive' && (takeOver || !this.isDriven)) this.becomeDriver(attachment, 0);
    this.attachments.add(attachment);

    const exactFrom = this.exactStart(from);
    const snapshot = exactFrom === null ? await this.snapshot() : null;
    if (!this.attachments.has(attachment)) return;
    const { shared, ...known } = welcome;
    const offset = snapshot?.offset ?? exactFrom ?? 0;
    const resume = snapshot === null ? 'exact' : 'snapshot';
    const state = this.stateFor(attachment, shared());
    const replayTo = Math.max(this.shownTo, this.age.oldTo(Date.now()));
    attachment.send({
      type: 'attached',
      attached: { ...known, resume, offset, replayTo, state },
    });
    if (snapshot === null) {
      attachment.sendSizeAt(offset, this.output);
      attachment.startAt(offset, this.output);
    } else this.show(attachment, snapshot);
    this.pumpOne(attachment);
  }

  /** The program has put out so many bytes. */
  produced(offset: number): void {
    this.age.note(offset, Date.now());
  }

  /** Somebody's connection has ended. */
  detach(attachment: Attachment): void {
    if (!this.attachments.delete(attachment) || this.roleOf(attachment) !== 'driver') return;
    this.expectNobody();
    const timer = setTimeout(() => {
      this.expected = null;
      this.events.givenUp();
    }, RETURN_MS);
    this.expected = { client: attachment.client, from: attachment.acknowledgedOffset, timer };
  }

  /** Makes this attachment the driver, if it may be. */
  takeOver(attachment: Attachment): boolean {
    if (attachment.scope !== 'drive') return false;
    if (this.roleOf(attachment) === 'observer') this.becomeDriver(attachment, this.shownTo);
    return true;
  }

  private becomeDriver(attachment: Attachment, answeredTo: number): void {
    this.driver = attachment.client;
    this.answeredTo = answeredTo;
    this.expectNobody();
  }

  /** Sends new output to everybody who can take it, or the screen where that has left the buffer, as it may while a screen is made. */
  pump(): void {
    for (const attachment of this.attachments)
      if (!attachment.isStalled && attachment.hasLost(this.output)) this.catchUp(attachment);
      else this.pumpOne(attachment);
  }

  private pumpOne(attachment: Attachment): void {
    attachment.pump(this.output);
    if (this.roleOf(attachment) === 'driver') this.shownTo = Math.max(this.shownTo, attachment.sentOffset ?? 0);
  }

  /** The client has dealt with output up to `offset`; it may get more. */
  acknowledge(attachment: Attachment, offset: number): void {
    const mayGoOn = attachment.acknowledge(offset);
    if (mayGoOn && this.isLeftBehind(attachment)) this.catchUp(attachment);
    this.pumpOne(attachment);
  }

  /** The client wants what comes at `position` of the scrollback of the snapshot that ends at `offset`. */
  sendScrollback(attachment: Attachment, offset: number, position: number): void {
    attachment.sendScrollback(this.scrollback.piece(attachment.client, offset, position));
  }

  /** Tells everybody what has changed for them. */
  tell(shared: SharedState): void {
    for (const attachment of this.attachments) attachment.tell(this.stateFor(attachment, shared));
  }

  /** Tells everybody that the session is over, unless `end` is null, and lets them go. */
  end(end: SessionEnd | null): void {
    for (const attachment of this.attachments) {
      attachment.finish(this.output);
      if (end !== null) attachment.send({ type: 'end', end });
      attachment.peer.close();
    }
    this.attachments.clear();
    this.expectNobody();
  }

  /** Cuts somebody off. */
  dismiss(attachment: Attachment): void {
    this.attachments.delete(attachment);
    attachment.peer.close();
  }

  private expectNobody(): void {
    if (this.expected !== null) clearTimeout(this.expected.timer);
    this.expected = null;
  }

  private get isDriven(): boolean {
    for (const attachment of this.attachments) if (this.roleOf(attachment) === 'driver') return true;
    return false;
  }

  private stateFor(attachment: Attachment, shared: SharedState): AttachmentState {
    return { role: this.roleOf(attachment), driven: this.isDriven, attachments: this.attachments.size, ...shared };
  }

  /** Where an exact replay can begin, if one can. */
  private exactStart(from: number | null): number | null {
    const { start, end } = this.output;
    if (from !== null && from >= start && from <= end) return from;
    const wholeIsShort = start === 0 && end <= SHORT_HISTORY_BYTES;
    return from === null && (end === 0 || wholeIsShort) ? 0 : null;
  }

  private isLeftBehind(attachment: Attachment): boolean {
    if (attachment.hasLost(this.output)) return true;
    if (this.roleOf(attachment) === 'observer') return attachment.lag(this.output) > MAX_OBSERVER_LAG_BYTES;
    // One that has taken over would answer what the driver before has answered; a screen asks nothing.
    return (attachment.sentOffset ?? Infinity) < this.answeredTo;
  }

  private catchUp(attachment: Attachment): void {
    this.events.dropped();
    attachment.awaitSnapshot();
    const shown = this.snapshot()
      .then((snapshot) => {
        if (!this.attachments.has(attachment)) return;
        this.show(attachment, snapshot);
        this.pumpOne(attachment);
      })
      .catch((error: unknown) => {
        // It would wait for the screen without end; when it comes back it gets another.
        this.dismiss(attachment);
        throw error;
      });
    background('snapshot', shown);
  }

  private show(attachment: Attachment, snapshot: Snapshot): void {
    attachment.show(snapshot);
    this.scrollback.keep(attachment.client, snapshot);
  }

  private snapshot(): ReturnType<Screen['snapshot']> {
    this.screen.open(this.output);
    return this.screen.snapshot();
  }
}
