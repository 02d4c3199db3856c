import { background } from '@claude-webui/protocol';
import type { Terminal } from '@xterm/xterm';
import { droppedFiles } from '../files-panel/uploads/dropped-files';
import type { FilesToSend } from '../files-panel/uploads/dropped-files';
import { contentsOf, readClipboard } from './clipboard/clipboard-contents';
import type { ClipboardContents } from './clipboard/clipboard-contents';
import { keyAction } from './keyboard/key-action';
import type { KeyAction } from './keyboard/key-action';
import { keySequence } from './keyboard/key-sequence';
import type { BarKey } from './keyboard/key-sequence';
import { isComposed, keyStroke, platformOf } from './keyboard/key-stroke';
import { OptionKeys } from './keyboard/option-keys';
import type { OptionAsMeta } from './keyboard/option-keys';
import { pasteInto } from './clipboard/paste';
import { offerPrimarySelection } from './clipboard/primary-selection';
import type { Shortcut } from './keyboard/shortcuts';
import { StickyModifiers } from './keyboard/sticky-modifiers';
import type { HeldModifiers, Modifier } from './keyboard/sticky-modifiers';
import { TextEntry } from './keyboard/text-entry';
import { TouchScroll } from './touch/touch-scroll';

export interface TerminalInputListener {
  shortcut(shortcut: Shortcut): void;
  /** Files were pasted, or dropped, perhaps with folders that are still being read. */
  files(files: File[] | Promise<FilesToSend>): void;
  /** The browser does not say what is on the clipboard. */
  clipboardUnreadable(): void;
  /** Which modifiers of the key bar are held for the next key. */
  held(held: HeldModifiers): void;
}

/** A paste event comes within the key's own task in all engines that were tried. Much later, and a browser would not know any more what the key was. */
const BROWSER_PASTES_WITHIN_MS = 200;

/** Everything that a person puts into a terminal, before it is sent: keys, compositions, fingers, pastes and drops. */
export class TerminalInput {
  private readonly ended = new AbortController();
  private readonly entry: TextEntry;
  private readonly touch: TouchScroll;
  private readonly modifiers: StickyModifiers;
  private readonly platform = platformOf(navigator);
  private readonly optionKeys: OptionKeys;
  private readonly textarea: HTMLTextAreaElement;
  private readonly compositionView: HTMLElement | null;
  /** It was pressed last, and nothing has been pasted since. */
  private isMiddleButton = false;
  private browserHasPasted = false;
  private browserHasInserted = false;

  /** @param terminal that is open in `host` */
  constructor(
    host: HTMLElement,
    private readonly terminal: Terminal,
    settings: () => { optionAsMeta: OptionAsMeta },
    mayType: () => boolean,
    private readonly listener: TerminalInputListener,
  ) {
    const { textarea } = terminal;
    if (textarea === undefined) throw new Error('The terminal is not open.');
    this.textarea = textarea;
    // Tab is for programs, so people are told of another way out (WCAG 2.2, 2.1.2).
    textarea.setAttribute('aria-label', 'Terminal input. Control+Shift+Backspace leaves the terminal.');
    this.optionKeys = new OptionKeys(() => settings().optionAsMeta);
    this.modifiers = new StickyModifiers((held) => listener.held(held));
    this.compositionView = host.querySelector('.composition-view');
    this.entry = new TextEntry(host, textarea, {
      typed: (keys) => terminal.input(keys),
      pasted: (text) => {
        this.browserHasInserted = true;
        this.paste(text);
      },
      composing: (text) => this.compose(text),
      // Ctrl and a letter of a phone's keyboard, which composes each letter to a word.
      wantsCharacter: () => this.modifiers.any,
    });
    this.touch = new TouchScroll(host, terminal, mayType);
    terminal.attachCustomKeyEventHandler((event) => this.key(event));
    terminal.onKey(({ key }) =>
      this.entry.sentByTerminal(key, terminal.options.screenReaderMode === true && /^[ -~]$/.test(key)),
    );
    terminal.onCursorMove(() => this.placeComposition());
    this.listenForPastes(host);
    offerPrimarySelection(terminal, textarea, this.ended.signal);
  }

  /** What is sent for data that the terminal gives out. */
  withModifiers(data: string): string {
    return this.modifiers.apply(data);
  }

  toggle(modifier: Modifier): void {
    this.modifiers.toggle(modifier);
  }

  /** A key of the key bar. */
  press(key: BarKey): void {
    const sequence = keySequence(key, this.modifiers.release(), this.terminal.modes.applicationCursorKeysMode);
    this.send(sequence);
  }

  /** Inserts text as a paste, so that programs do not take it for keys: not for that of a modifier that is held either. */
  paste(text: string): void {
    this.modifiers.release();
    this.entry.clear();
    pasteInto(this.terminal, text);
  }

  /** Pastes what is on the clipboard, which the browser may ask the person about. */
  async pasteFromClipboard(): Promise<void> {
    // Not over plain HTTP.
    if (!('clipboard' in navigator)) return this.listener.clipboardUnreadable();
    const contents = await readClipboard(navigator.clipboard).catch(() => null);
    if (contents === null) this.listener.clipboardUnreadable();
    else this.insert(contents);
  }

  close(): void {
    this.ended.abort();
    this.entry.close();
    this.touch.close();
  }

  private send(text: string): void {
    this.entry.clear();
    this.terminal.input(text);
  }

  /** False if xterm.js is not to act on the event. */
  private key(event: KeyboardEvent): boolean {
    const stroke = keyStroke(event, this.platform);
    // What the browser makes of a key comes by the textarea.
    if (event.type === 'keypress') return false;
    this.optionKeys.see(event, stroke);
    if (event.type !== 'keydown') return !isComposed(stroke);
    this.isMiddleButton = false;
    this.entry.keyDown(stroke);
    const { platform, optionKeys } = this;
    const action = keyAction(stroke, { platform, optionIsMeta: optionKeys.isMeta(stroke), layout: optionKeys.layout });
    return this.act(action, event);
  }

  private act(action: KeyAction, event: KeyboardEvent): boolean {
    switch (action.do) {
      case 'pass-on':
        return true;
      case 'nothing':
        return false;
      case 'send':
        event.preventDefault();
        this.send(action.text);
        return false;
      case 'shortcut':
        return this.shortcut(action.shortcut, event);
    }
  }

  private shortcut(shortcut: Shortcut, event: KeyboardEvent): boolean {
    if (shortcut === 'paste' && this.platform !== 'mac') {
      this.pasteUnlessBrowserDoes();
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    if (shortcut === 'paste') background('clipboard', this.pasteFromClipboard());
    else this.listener.shortcut(shortcut);
    return false;
  }

  /** Browsers paste at Ctrl+Shift+V by themselves, and without asking; some do not, and none pastes a picture. */
  private pasteUnlessBrowserDoes(): void {
    this.browserHasPasted = false;
    setTimeout(() => {
      if (!this.browserHasPasted) background('clipboard', this.pasteFromClipboard());
    }, BROWSER_PASTES_WITHIN_MS);
  }

  private listenForPastes(host: HTMLElement): void {
    const { signal } = this.ended;
    host.addEventListener('mousedown', ({ button }) => (this.isMiddleButton = button === 1), { capture: true, signal });
    host.addEventListener(
      'paste',
      (event) => {
        event.stopPropagation();
        const contents: ClipboardContents =
          event.clipboardData === null ? { kind: 'nothing' } : contentsOf(event.clipboardData);
        if (this.isMiddleButton) return this.insertUnlessBrowserDoes(contents);
        event.preventDefault();
        // Where Ctrl+Shift+V pastes plain text only, there may be a picture.
        this.browserHasPasted = contents.kind !== 'nothing';
        this.insert(contents);
      },
      { capture: true, signal },
    );
    host.addEventListener('dragover', (event) => event.preventDefault(), { signal });
    host.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        if (event.dataTransfer !== null) this.drop(event.dataTransfer);
        this.terminal.focus();
      },
      { signal },
    );
  }

  private drop(data: DataTransfer): void {
    const contents = contentsOf(data);
    if (contents.kind === 'files') this.listener.files(droppedFiles(data));
    else this.insert(contents);
  }

  /**
   * WebKitGTK tells the event what is on the clipboard, but inserts what is selected, as it should. Firefox tells what is selected, and
   * inserts nothing where there is no text field under the mouse.
   */
  private insertUnlessBrowserDoes(contents: ClipboardContents): void {
    this.isMiddleButton = false;
    this.browserHasInserted = false;
    setTimeout(() => {
      if (!this.browserHasInserted) this.insert(contents);
    });
  }

  private insert(contents: ClipboardContents): void {
    if (contents.kind === 'text') this.paste(contents.text);
    else if (contents.kind === 'files') this.listener.files(contents.files);
  }

  private compose(text: string | null): void {
    if (this.compositionView === null) return;
    this.compositionView.textContent = text;
    this.compositionView.classList.toggle('active', text !== null);
    this.placeComposition();
  }

  /** xterm.js keeps its textarea at the cursor; what is composed is shown there. */
  private placeComposition(): void {
    if (!this.entry.composes || this.compositionView === null) return;
    const { left, top, height, lineHeight } = this.textarea.style;
    const { fontFamily = '', fontSize } = this.terminal.options;
    Object.assign(this.compositionView.style, { left, top, height, lineHeight, fontFamily, fontSize: `${fontSize}px` });
  }
}
