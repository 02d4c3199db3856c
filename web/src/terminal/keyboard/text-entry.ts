import { editDifference, keysFor } from './edit-difference';
import type { EditDifference } from './edit-difference';

/** A textarea that grows for ever makes each key slower. Keyboards look back a word or two. */
const MAX_KEPT_CHARACTERS = 512;
/** What no keyboard types, but some insert from their own clipboard. */
const CONTROLS = /\p{Cc}/u;

export interface TextEntryListener {
  /** Keys to send. */
  typed(keys: string): void;
  /** Text that was inserted and not typed. */
  pasted(text: string): void;
  /** What an input method has so far; null when it is done. */
  composing(text: string | null): void;
  /** Whether the next character is wanted at once, before its word is done: it is to be a control character. */
  wantsCharacter(): boolean;
}

/**
 * What people write into the terminal's textarea: by input methods, dead keys, phones' keyboards, dictation, emoji pickers. It
 * looks at what the textarea holds once it is settled and sends the difference, so it does not matter in how many events,
 * in which order, and with which key codes an engine reports it.
 *
 * In the place of xterm.js' own handling, which guesses from key codes: it repeats text on Android (xtermjs/xterm.js#3600, #4447),
 * doubles characters after dead keys (#5894, and in Firefox, which reports the second key with its real code), and sends Korean letter by letter where the
 * keyboard reports no composition.
 */
export class TextEntry {
  /** Ends all listeners. */
  private readonly ended = new AbortController();
  private isComposing = false;
  /** What the textarea held, and the program has been sent. */
  private settled = '';
  /** What the textarea was left with here. If it holds something else, that is xterm.js' or the browser's. */
  private left = '';
  /** The letter that xterm.js has sent and nevertheless lets into the textarea, for screen readers. */
  private echo: string | null = null;
  private shift = false;

  constructor(
    host: HTMLElement,
    private readonly textarea: HTMLTextAreaElement,
    private readonly listener: TextEntryListener,
  ) {
    // Before xterm.js, which listens at the textarea itself, and instead of it.
    const listen = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      act: (event: HTMLElementEventMap[Name]) => void,
    ) =>
      host.addEventListener(
        name,
        (event) => {
          if (event.target !== textarea) return;
          event.stopPropagation();
          act(event);
        },
        { capture: true, signal: this.ended.signal },
      );
    listen('beforeinput', (event) => this.beforeInput(event));
    listen('input', (event) => this.input(event instanceof InputEvent ? event : NO_DETAILS));
    listen('compositionstart', () => this.begin());
    listen('compositionupdate', (event) => this.listener.composing(event.data));
    listen('compositionend', () => this.end());
    textarea.addEventListener('blur', () => this.clear(), { signal: this.ended.signal });
  }

  /** Whether an input method is at work. */
  get composes(): boolean {
    return this.isComposing;
  }

  /** A key goes down, whoever acts on it. */
  keyDown({ shift }: { shift: boolean }): void {
    this.echo = null;
    this.shift = shift;
    // Chromium on Linux leaves the cursor before what a dead key has made; the next would come before it or replace it.
    if (this.textarea.selectionEnd < this.left.length) this.clear();
  }

  /** xterm.js has sent this key itself. */
  sentByTerminal(key: string, isShownToScreenReaders: boolean): void {
    if (isShownToScreenReaders) this.echo = key;
    else this.clear();
  }

  /** What was written is not at the program's cursor any more: a key, a paste or an end of the line has come in between. */
  clear(): void {
    if (this.isComposing) return;
    // Anything else there is a selection that xterm.js offers to the system.
    if (this.left !== '' && this.textarea.value === this.left) this.textarea.value = '';
    this.settled = '';
    this.left = '';
  }

  close(): void {
    this.ended.abort();
  }

  private beforeInput(event: InputEvent): void {
    if (this.isComposing) return;
    if (PASTES.has(event.inputType)) {
      event.preventDefault();
      this.listener.pasted(event.dataTransfer?.getData('text/plain') ?? event.data ?? '');
      return;
    }
    // What was sent cannot be taken back.
    if (event.inputType.startsWith('history')) event.preventDefault();
    else this.lookBefore();
  }

  private begin(): void {
    this.lookBefore();
    this.isComposing = true;
    this.listener.composing('');
  }

  private end(): void {
    this.isComposing = false;
    this.listener.composing(null);
    this.settle();
  }

  private input({ data, isComposing, inputType }: InputDetails): void {
    // Engines do not say that a composition is over when its textarea was set by a script.
    if (this.isComposing && !isComposing && !inputType.includes('Composition')) return this.end();
    if (this.isComposing) {
      if (this.listener.wantsCharacter()) this.interrupt();
      return;
    }
    if (this.echo !== null && data === this.echo) {
      this.echo = null;
      this.settled = this.left = this.textarea.value;
      return;
    }
    this.settle();
  }

  /** Takes from the input method what it has so far. A textarea that is set ends its composition in all engines. */
  private interrupt(): void {
    const { text } = editDifference(this.settled, this.textarea.value);
    if (text === '') return;
    this.isComposing = false;
    this.textarea.value = '';
    this.settled = this.left = '';
    this.listener.composing(null);
    this.listener.typed(text);
  }

  /** What is selected is about to be replaced. If it is not ours, no program has it. */
  private lookBefore(): void {
    const { value, selectionStart, selectionEnd } = this.textarea;
    if (value !== this.left) this.settled = value.slice(0, selectionStart) + value.slice(selectionEnd);
  }

  private settle(): void {
    const { value } = this.textarea;
    const difference = editDifference(this.settled, value);
    this.settled = this.left = value;
    if (difference.text.includes('\n') || value.length > MAX_KEPT_CHARACTERS) this.clear();
    this.send(difference);
  }

  private send(difference: EditDifference): void {
    const { deletions, text } = difference;
    const isEnter = text.endsWith('\n');
    const line = isEnter ? text.slice(0, -1) : text;
    if (CONTROLS.test(line)) {
      if (deletions > 0) this.listener.typed(keysFor({ deletions, text: '' }));
      this.listener.pasted(text);
      return;
    }
    const keys = keysFor({ deletions, text: line });
    if (keys !== '') this.listener.typed(keys);
    // Some input methods bring the line end of Shift+Enter after the syllable that it has finished.
    if (isEnter) this.listener.typed(this.shift ? '\x1b\r' : '\r');
  }
}

type InputDetails = Pick<InputEvent, 'data' | 'isComposing' | 'inputType'>;
const NO_DETAILS: InputDetails = { data: null, isComposing: false, inputType: '' };

const PASTES: ReadonlySet<string> = new Set([
  'insertFromPaste',
  'insertFromDrop',
  'insertFromYank',
  'insertFromPasteAsQuotation',
]);
