import type { Activity } from '@claude-webui/protocol';
import type { ActivitySign } from './activity';
import { STARTING, activityOf, afterSign } from './activity';
import { TitleWatch } from './title-watch';

/** A Claude that sets no title is at rest after so long without output. Milliseconds. */
const SILENCE_MS = 60_000;

/** Follows what one Claude is doing. */
export class ActivityWatch {
  private state = STARTING;
  private readonly titles = new TitleWatch();
  private silence: NodeJS.Timeout | null = null;

  /** @param changed is called with each new activity */
  constructor(private readonly changed: (activity: Activity) => void) {}

  get activity(): Activity {
    return activityOf(this.state);
  }

  /** A hook of Claude's. */
  hook(activity: Activity): void {
    this.take({ type: 'hook', activity });
  }

  /** A piece of Claude's output, valid during the call. */
  output(piece: Buffer): void {
    const works = this.titles.look(piece);
    if (works !== null && works !== this.state.titleWorks) this.take({ type: 'title', works });
    this.silence?.refresh();
  }

  /** What came from the driver's terminal. */
  typed(data: Uint8Array): void {
    this.take({ type: 'typed', data });
  }

  close(): void {
    this.listenForSilence(false);
  }

  private take(sign: ActivitySign): void {
    const before = this.activity;
    this.state = afterSign(this.state, sign);
    const { activity } = this;
    const listen = activity === 'working' && this.state.titleWorks === null;
    if (listen !== (this.silence !== null)) this.listenForSilence(listen);
    if (activity !== before) this.changed(activity);
  }

  private listenForSilence(listen: boolean): void {
    if (this.silence !== null) clearTimeout(this.silence);
    this.silence = listen ? setTimeout(() => this.take({ type: 'silence' }), SILENCE_MS) : null;
  }
}
