import { background } from '@claude-webui/protocol';
import { clipboardRequest } from './clipboard-request';

export type ClipboardPermission = 'ask' | 'always' | 'never';

/** What is to be asked of the person before a program's text is on their clipboard. */
export type ClipboardQuestion =
  /** Whether it may be put there at all. */
  | { kind: 'allow'; text: string }
  /** It may, but the browser wants a click. */
  | { kind: 'click'; text: string };

export interface ClipboardGateListener {
  permission(): ClipboardPermission;
  /** Writes to the clipboard; false if the browser does not let us. */
  write(text: string): Promise<boolean>;
  /** Takes the place of the question before; null takes it away. */
  question(question: ClipboardQuestion | null): void;
  tooLarge(): void;
}

/**
 * Between programs that write to the clipboard (OSC 52) and the clipboard. Nothing here makes output wait: neither the person nor
 * the browser, which may answer never. Of several texts the last counts, as with any clipboard.
 */
export class ClipboardGate {
  private isWriting = false;
  /** What came while another text was being written. */
  private next: string | null = null;

  constructor(private readonly listener: ClipboardGateListener) {}

  /** @param data of OSC 52 */
  requested(data: string): void {
    const permission = this.listener.permission();
    if (permission === 'never') return;
    const request = clipboardRequest(data);
    if (request.kind === 'too-large') this.listener.tooLarge();
    if (request.kind !== 'write') return;
    if (permission === 'always') this.write(request.text);
    else this.listener.question({ kind: 'allow', text: request.text });
  }

  /** Writes text that the person has allowed. */
  write(text: string): void {
    if (this.isWriting) {
      this.next = text;
      return;
    }
    this.isWriting = true;
    const written = this.listener.write(text).then((isWritten) => {
      this.isWriting = false;
      const { next } = this;
      this.next = null;
      if (next !== null) this.write(next);
      else this.listener.question(isWritten ? null : { kind: 'click', text });
    });
    background('clipboard', written);
  }
}
