import { background } from '@claude-webui/protocol';
import type {
  AttachmentState,
  Attached,
  ClientFrame,
  DecodedRunnerFrame,
  Handshake,
  Refused,
  ScrollbackPiece,
  StatusCode,
  TerminalSize,
} from '@claude-webui/protocol';
import { SCROLLBACK_LINES } from '@claude-webui/protocol';
import { newClientId } from './client-id';
import { Link } from './link';
import type { Credential } from './link-opener';
import { LinkOpener, PASSING } from './link-opener';
import { Outbox } from './outbox';
import { OutputPosition } from './output-position';
import { ScrollbackPull } from './scrollback-pull';
import type { Scrollback } from './scrollback-pull';
import { SilenceWatch } from './silence-watch';
import type { ConnectionPhase, TerminalConsumer } from './terminal-consumer';

export interface TerminalConnectionOptions {
  /** Address of the gateway; the page's own if empty. */
  url: string;
  sessionId?: string;
  mode: 'drive' | 'view';
  /** The size that the terminal should have now; null where nobody can say, as of a terminal that is not in view. */
  size: () => TerminalSize | null;
  /** As LinkOpenerOptions has it. */
  credential: (rejected: string | null) => Promise<Credential>;
  /** Whether the lines above a snapshot's screen are wanted. */
  scrollback: boolean;
  patience?: Patience;
}

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For the acknowledgement of what was typed. */
  acknowledgementMs: number;
  /** For an answer of the server, when there is a reason to doubt the link. */
  probeMs: number;
  /** For a credential. */
  credentialMs: number;
}

const PATIENCE: Patience = { acknowledgementMs: 5000, probeMs: 2500, credentialMs: 15_000 };

/**
 * A terminal's connection to its session, which outlives any one link: it comes back by itself, goes on at the byte where it
 * was, and sends again what had been typed and not taken. Where a link is about to end or does not answer, another is opened beside
 * it, and takes its place once it is attached.
 */
export class TerminalConnection {
  private readonly outbox = new Outbox();
  private readonly position = new OutputPosition();
  private readonly clientId = newClientId();
  private readonly patience: Patience;
  private readonly silence: SilenceWatch;
  private readonly opener: LinkOpener;
  /** The link that is attached, and how the session was when it last said so. */
  private current: { link: Link; state: AttachmentState } | null = null;
  /** As it was when last attached: who watched then watches after a cut too, and what they type is not kept. */
  private isObserver: boolean;
  /** The scrollback that is being fetched. */
  private pull: ScrollbackPull | null = null;
  /** Output before this offset is a replay. */
  private replayTo = 0;
  /** Number of the last input that the person was told is refused. */
  private refusedTo = 0;
  private closed = false;
  /** The server of the current link is stopping. */
  private isLeaving = false;
  /** The current link does not answer, as far as is known. */
  private isUnresponsive = false;

  constructor(
    private readonly options: TerminalConnectionOptions,
    private readonly consumer: TerminalConsumer,
  ) {
    this.patience = options.patience ?? PATIENCE;
    this.isObserver = options.mode === 'view';
    this.silence = new SilenceWatch(this.patience.acknowledgementMs, () => this.doubt());
    const { credential } = options;
    this.opener = new LinkOpener(
      { credential, credentialMs: this.patience.credentialMs, open: (by) => this.open(by) },
      { trying: (at, attempt) => this.trying(at, attempt), refused: (code) => this.refuse(code) },
    );
    this.opener.start();
  }

  /** Sends what the person typed, now or after the reconnect. False if it was not taken because too much waits. */
  type(data: Uint8Array): boolean {
    if (this.isObserver) {
      this.consumer.refused('not-driver');
      return true;
    }
    const taken = this.outbox.add(data);
    if (taken) this.flush();
    return taken;
  }

  /** Asks for a size of the terminal. */
  resize(size: TerminalSize): void {
    this.send({ type: 'resize', size });
  }

  takeOver(): void {
    this.send({ type: 'take-over' });
  }

  /** The consumer has dealt with output up to this offset. */
  parsed(offset: number): void {
    this.position.parsed(offset);
    this.acknowledge();
  }

  /** A fresh token keeps the connection open past the old one's end. */
  authenticate(token: string): void {
    this.current?.link.authenticate(token);
    this.opener.authenticate(token);
  }

  /** Looks at once whether the link is alive, and tries to reconnect now rather than at its time. */
  look(): void {
    this.opener.hurry();
    const { current } = this;
    if (current === null) return;
    const probed = current.link.answers(this.patience.probeMs).then((isAlive) => {
      if (!isAlive && this.current?.link === current.link) this.doubt();
    });
    background('attach', probed);
  }

  close(): void {
    this.closed = true;
    this.silence.stop();
    this.opener.abandon();
    this.current?.link.close();
    this.current = null;
  }

  /** The current link may be dead. It is kept all the same: it may come to life again before another is there. */
  private doubt(): void {
    const { current } = this;
    if (current === null) return;
    this.isUnresponsive = true;
    this.tellWaiting();
    this.consumer.phase({ phase: 'unresponsive', state: current.state });
    this.opener.start();
  }

  /** The current link has answered, so nothing need take its place. */
  private trust(): void {
    const { current } = this;
    if (!this.isUnresponsive || current === null) return;
    this.isUnresponsive = false;
    if (!this.isLeaving) this.opener.abandon();
    this.consumer.phase({ phase: 'attached', state: current.state });
  }

  private trying(at: number | null, failed: number): void {
    // While there is a link that brings output, there is nothing to tell.
    if (this.current !== null) return;
    const attempt = this.position.stream === null ? failed : Math.max(1, failed);
    this.consumer.phase(at === null ? { phase: 'connecting', attempt } : { phase: 'reconnecting', at, attempt });
  }

  private open(credential: Credential): Link {
    const link: Link = new Link(this.options.url, this.handshake(credential), {
      frame: (frame) => this.receive(link, frame),
      progress: (progress) => {
        if (this.current === null) this.consumer.phase({ phase: 'starting', progress });
      },
      latency: (rttMs) => this.consumer.latency(rttMs),
      refused: (code) => this.consumer.refused(code),
      dismissed: (code) => this.dismissed(link, code),
      lost: () => (this.current?.link === link ? this.drop() : this.opener.lost()),
    });
    return link;
  }

  private handshake(credential: Credential): Handshake {
    const { sessionId, mode } = this.options;
    const size = this.options.size();
    const { offset, stream } = this.position;
    return {
      ...credential,
      mode,
      encoding: 'frames',
      clientId: this.clientId,
      ...(size === null ? {} : { size }),
      ...(sessionId === undefined ? {} : { sessionId }),
      // Only the link that has brought a screen brings what is above it.
      ...(offset === null || this.pull !== null ? {} : { resumeFrom: offset }),
      ...(stream === null ? {} : { resumeStream: stream }),
    };
  }

  private dismissed(link: Link, code: StatusCode): void {
    if (this.current?.link !== link) return this.opener.dismissed(code);
    if (code === 'draining') {
      this.isLeaving = true;
      this.opener.start();
    } else if (PASSING.has(code)) {
      this.drop();
    } else {
      this.refuse(code);
    }
  }

  /** The current link is over. */
  private drop(): void {
    this.current?.link.close();
    this.current = null;
    this.isLeaving = this.isUnresponsive = false;
    this.silence.stop();
    if (this.pull !== null) this.position.forget();
    this.pull = null;
    if (this.opener.isOpening) this.opener.tell();
    else this.opener.retry();
  }

  private receive(link: Link, frame: DecodedRunnerFrame): void {
    if (frame.type === 'end') return this.finish({ phase: 'ended', end: frame.end });
    if (frame.type === 'attached') return this.adopt(link, frame.attached);
    const { current } = this;
    if (current?.link !== link) return;
    switch (frame.type) {
      case 'output':
        return this.output(frame.data, frame.offset);
      case 'input-ack':
        this.outbox.acknowledge(frame.sequence);
        this.silence.acknowledged(!this.outbox.isEmpty);
        this.trust();
        return this.flush();
      case 'state':
        current.state = frame.state;
        this.changeRole(frame.state);
        return this.consumer.phase({ phase: this.isUnresponsive ? 'unresponsive' : 'attached', state: frame.state });
      case 'snapshot':
        this.position.replace(frame.offset);
        this.consumer.snapshot(frame.size, frame.data, frame.offset);
        return this.pullAbove(frame.offset);
      case 'resized':
        if (this.position.isNew(frame.offset)) this.consumer.resize(frame.size);
        return;
      case 'scrollback':
        return this.pulled(frame);
      case 'refused':
        if (frame.refused.code === 'input-gap') return this.drop();
        return this.tellRefusal(frame.refused);
      case 'unknown':
        return;
    }
  }

  /** The link is attached: it takes the place of the one before. */
  private adopt(link: Link, attached: Attached): void {
    if (this.current?.link !== link) this.current?.link.close();
    this.opener.attached();
    this.current = { link, state: attached.state };
    this.isLeaving = this.isUnresponsive = false;
    this.locate(attached);
    this.silence.stop();
    this.outbox.restart(attached.inputSequence);
    this.changeRole(attached.state);
    this.consumer.phase({ phase: 'attached', state: attached.state });
    if (attached.refused !== undefined) this.tellRefusal(attached.refused);
    this.flush();
  }

  /** What was typed was taken, and not done. The link before may have told it already. */
  private tellRefusal({ code, sequence }: Refused): void {
    if (sequence !== undefined && sequence <= this.refusedTo) return;
    this.refusedTo = sequence ?? this.refusedTo;
    this.consumer.refused(REFUSALS[code]);
  }

  /** What somebody has typed who does not drive any more is not typed later either, and they are not told that it would be. */
  private changeRole({ role }: AttachmentState): void {
    this.isObserver = role === 'observer';
    if (!this.isObserver || this.outbox.isEmpty) return;
    const lost = this.outbox.discard();
    this.consumer.waiting(0);
    if (lost > 0) this.consumer.discarded(lost);
  }

  /** Finds the place in the output at which the link goes on. */
  private locate({ stream, resume, offset, replayTo, scrollbackLines, state }: Attached): void {
    this.replayTo = replayTo ?? 0;
    if (stream !== this.position.stream) {
      // Another program than before.
      if (this.position.stream !== null) this.outbox.begin();
      this.refusedTo = 0;
      this.position.begin(stream);
    }
    this.consumer.keepLines(scrollbackLines ?? SCROLLBACK_LINES);
    if (resume === 'snapshot') return;
    if (this.pull !== null) this.above({ data: new Uint8Array(), more: true });
    if (this.position.offset === null) this.consumer.reset(state.size);
    this.position.resume(offset);
  }

  private output(data: Uint8Array, offset: number): void {
    // Never twice, whatever a link that is being replaced still says.
    const known = this.position.take(offset, data.length);
    const replayed = Math.min(data.length, Math.max(known, this.replayTo - offset));
    if (known < replayed) this.consumer.write(data.subarray(known, replayed), offset + replayed, true);
    if (replayed < data.length) this.consumer.write(data.subarray(replayed), offset + data.length, false);
    // The link before may have brought it, and nobody parses it again.
    this.acknowledge();
    if (!this.position.isFlooded) return;
    // No session sends so much unacknowledged. What does is asked for its screen alone.
    this.position.forget();
    this.drop();
  }

  /** Asks for what is above the screen that has just been shown. */
  private pullAbove(offset: number): void {
    if (!this.options.scrollback) return;
    this.pull = new ScrollbackPull(offset);
    this.send({ type: 'want-scrollback', offset, position: 0 });
  }

  private pulled(piece: ScrollbackPiece): void {
    const { pull } = this;
    const taken = pull?.take(piece) ?? null;
    if (pull === null || taken === null) return;
    if (taken === 'more') this.send({ type: 'want-scrollback', offset: pull.offset, position: pull.position });
    else this.above(taken);
  }

  private above(scrollback: Scrollback): void {
    this.pull = null;
    this.consumer.scrollback(scrollback);
  }

  private acknowledge(): void {
    if (this.current === null) return;
    const offset = this.position.due();
    if (offset !== null) this.send({ type: 'ack', offset });
  }

  private flush(): void {
    if (this.current === null || this.isUnresponsive) this.tellWaiting();
    if (this.current === null) return;
    for (const { sequence, data } of this.outbox.take()) this.send({ type: 'input', sequence, data });
    if (!this.outbox.isEmpty) this.silence.sent();
  }

  private tellWaiting(): void {
    this.consumer.waiting(this.isObserver ? 0 : this.outbox.keys);
  }

  private send(frame: ClientFrame): void {
    this.current?.link.send(frame);
  }

  private refuse(code: StatusCode): void {
    this.finish({ phase: 'refused', code });
  }

  private finish(phase: ConnectionPhase): void {
    if (this.closed) return;
    this.close();
    this.consumer.phase(phase);
  }
}

const REFUSALS = {
  'not-driver': 'not-driver',
  'input-gap': 'input-gap',
  'input-overflow': 'too-much-input',
  'line-too-long': 'line-too-long',
  'bad-frame': 'bad-message',
} as const satisfies Record<string, StatusCode>;
