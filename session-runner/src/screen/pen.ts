import type { XtermCore, XtermExtended } from '@claude-webui/protocol';
import type { Links } from './links';
import type { Rendition } from './rendition';
import { PLAIN, color, renditionChange, renditionOf } from './rendition';

/** Ends a character, so that what follows does not combine with it. Means nothing else to any terminal. */
const BREAK = '\0';

/** Writes for a terminal that is known to be plain at first, and knows what it has become. */
export class Pen {
  private text = '';
  private rendition: Rendition = PLAIN;
  /** The cell whose looks the rendition is, for a quick comparison. */
  private fg = 0;
  private bg = 0;
  private extended: XtermExtended | undefined;
  /** What decides whether the next code point joins the last one. */
  private joining = 0;

  constructor(
    private readonly unicode: XtermCore['unicodeService'],
    private readonly links: Links,
  ) {}

  /** All that was written. */
  get written(): string {
    return this.text;
  }

  /** A control or a sequence. The caller knows what it does. */
  control(sequence: string): void {
    this.text += sequence;
    this.joining = 0;
  }

  /** What comes looks like this cell. */
  like(fg: number, bg: number, extended: XtermExtended | undefined): void {
    if (fg === this.fg && bg === this.bg && extended === this.extended) return;
    this.fg = fg;
    this.bg = bg;
    this.extended = extended;
    this.apply(renditionOf(fg, bg, extended));
  }

  /** What comes looks like this. */
  style(rendition: Rendition): void {
    this.forgetCell();
    this.apply(rendition);
  }

  private apply(rendition: Rendition): void {
    const { link } = rendition;
    const to = link === 0 || this.links.has(link) ? rendition : { ...rendition, link: 0 };
    const change = renditionChange(this.rendition, to);
    if (change !== '') this.control(change);
    if (to.link !== this.rendition.link) this.control(this.links.sequence(to.link));
    this.rendition = to;
  }

  /** What is erased gets this background. */
  background(value: number): void {
    if (color(this.rendition.bg) === value) return;
    this.style({ ...this.rendition, bg: (this.rendition.bg & ~0x03ff_ffff) | value });
  }

  /** The content of a cell, or of several. Returns the width of the last. */
  character(content: string): number {
    for (let at = 0; at < content.length;) {
      const code = content.codePointAt(at) ?? 0;
      const properties = this.unicode.charProperties(code, this.joining);
      if (at === 0 && (properties & 1) !== 0) {
        this.control(BREAK);
        continue;
      }
      this.joining = properties;
      at += code > 0xffff ? 2 : 1;
    }
    this.text += content;
    return (this.joining >> 1) & 3;
  }

  /** The content of cells of ASCII. */
  ascii(text: string): void {
    if ((this.unicode.charProperties(text.charCodeAt(0), this.joining) & 1) !== 0) this.control(BREAK);
    this.text += text;
    // What is before it does not matter.
    this.joining = this.unicode.charProperties(text.charCodeAt(text.length - 1), 0);
  }

  /** Nothing that follows joins what was written. */
  break(): void {
    if (this.joining !== 0) this.control(BREAK);
  }

  private forgetCell(): void {
    this.fg = -1;
  }
}
