import type { Want } from './attention';

const CHANNEL = 'claude-webui.announcements';
/** Pages in view answer at once. Hidden ones may be late, as browsers slow them down: then something is announced twice rather than never. */
const ANSWER_MS = 200;

/** What is used of a BroadcastChannel. */
export type PageChannel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>;

export interface AnnouncementClaimsOptions {
  /** May throw: Firefox refuses it together with storage. */
  open: (name: string) => PageChannel;
  /** Tells the pages of a browser from each other. */
  page: string;
  isVisible: () => boolean;
  /** Id of the session that the person sees on this page now; null if there is none, or the page is hidden. */
  inView: () => string | null;
  /** Runs something after so many milliseconds. */
  after: (ms: number, run: () => void) => void;
}

type Message =
  /** `page` wants to announce it. Of pages that claim it at the same time the one with the lowest `rank` does. */
  | { kind: 'claim'; session: string; want: Want; page: string; rank: string }
  /** `page` is not to announce what it has claimed. */
  | { kind: 'taken'; session: string; want: Want; page: string };

/**
 * Several pages of a browser hear of the same news. Whichever wants to announce it asks the others first. It is refused by a page that has
 * the session in view, by one that has announced it already, and, of pages that ask at the same time, by the one that goes first. They
 * are asked each time, so that none relies on a page that is gone.
 */
export class AnnouncementClaims {
  /** Null where the browser refuses one: then each page announces for itself. */
  private readonly channel: PageChannel | null;
  /** What this page has claimed, by session, until that is decided. */
  private readonly pending = new Map<string, { want: Want; rank: string }>();
  /** What this page has announced, by session, for as long as the session wants it. */
  private readonly announced = new Map<string, Want>();

  constructor(private readonly options: AnnouncementClaimsOptions) {
    this.channel = this.open();
  }

  /** Calls `announce`, unless another page of the browser does so or has the session in view. */
  claim(session: string, want: Want, announce: () => void): void {
    const { channel, options } = this;
    const { page } = options;
    if (channel === null) return announce();
    // A page in view goes before a hidden one.
    const claim = { want, rank: `${options.isVisible() ? 0 : 1} ${page}` };
    this.pending.set(session, claim);
    channel.postMessage({ kind: 'claim', session, page, ...claim } satisfies Message);
    options.after(ANSWER_MS, () => {
      if (this.pending.get(session) !== claim) return;
      this.pending.delete(session);
      this.announced.set(session, want);
      announce();
    });
  }

  /** @param wanted what each session wants now: what it does not want any more is news when it wants it again */
  update(wanted: ReadonlyMap<string, Want | null>): void {
    for (const [session, want] of this.announced) if (wanted.get(session) !== want) this.announced.delete(session);
  }

  close(): void {
    this.pending.clear();
    this.channel?.close();
  }

  private open(): PageChannel | null {
    try {
      const channel = this.options.open(CHANNEL);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = parseMessage(data);
        if (message !== null) this.receive(message, channel);
      };
      return channel;
    } catch {
      return null;
    }
  }

  private receive(message: Message, channel: PageChannel): void {
    const { session, want, page } = message;
    const pending = this.pending.get(session);
    const own = pending?.want === want ? pending : null;
    if (message.kind === 'taken') {
      if (page === this.options.page && own !== null) this.pending.delete(session);
      return;
    }
    const isAnnounced = this.options.inView() === session || this.announced.get(session) === want;
    if (isAnnounced || (own !== null && own.rank < message.rank))
      channel.postMessage({ kind: 'taken', session, want, page } satisfies Message);
    else if (own !== null) this.pending.delete(session);
  }
}

/** Null for what only a page of another version says. */
function parseMessage(data: unknown): Message | null {
  const fields = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  const { kind, session, want, page, rank } = fields;
  if (typeof session !== 'string' || typeof page !== 'string' || (want !== 'asks' && want !== 'done')) return null;
  if (kind === 'taken') return { kind, session, want, page };
  return kind === 'claim' && typeof rank === 'string' ? { kind, session, want, page, rank } : null;
}
