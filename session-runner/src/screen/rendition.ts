import type { XtermExtended } from '@claude-webui/protocol';

/** Bits of a cell's `fg` in xterm.js. Colour and its mode are the lower 26 bits of both numbers. */
export const FG = {
  inverse: 1 << 26,
  bold: 1 << 27,
  underline: 1 << 28,
  blink: 1 << 29,
  invisible: 1 << 30,
  strikethrough: 1 << 31,
} as const;

/** Bits of a cell's `bg`. */
export const BG = {
  italic: 1 << 26,
  dim: 1 << 27,
  hasExtended: 1 << 28,
  protected: 1 << 29,
  overline: 1 << 30,
} as const;

const MODE = { mask: 3 << 24, p16: 1 << 24, p256: 2 << 24, rgb: 3 << 24 } as const;

/** How characters look, and what they belong to: what SGR, DECSCA and OSC 8 set. Numbers as in xterm.js. */
export interface Rendition {
  /** Colour and flags without those of underlines, which are in `underline`. */
  fg: number;
  bg: number;
  /** 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
  underline: number;
  underlineColor: number;
  /** Number of the link, 0 for none. */
  link: number;
}

export const PLAIN: Rendition = { fg: 0, bg: 0, underline: 0, underlineColor: 0, link: 0 };

/** A colour without what an earlier one has left in its unused bits. */
export function color(value: number): number {
  const mode = value & MODE.mask;
  if (mode === MODE.rgb) return value & 0x03ff_ffff;
  return mode === 0 ? 0 : value & (MODE.mask | 0xff);
}

/** The same number where colours and flags are the same. */
function tidy(value: number): number {
  return (value & ~0x03ff_ffff) | color(value);
}

/** How the cell with these numbers looks. */
export function renditionOf(fg: number, bg: number, extended: XtermExtended | undefined): Rendition {
  const has = (bg & BG.hasExtended) !== 0 ? extended : undefined;
  const link = has?._urlId ?? 0;
  const underline = (fg & FG.underline) === 0 ? 0 : has === undefined ? 1 : underlineStyle(has) || (link === 0 ? 0 : 1);
  return {
    fg: tidy(fg & ~FG.underline),
    bg: tidy(bg & ~BG.hasExtended),
    underline,
    underlineColor: has === undefined || (underline === 0 && link === 0) ? 0 : color(has._ext),
    link,
  };
}

export function underlineStyle({ _ext }: XtermExtended): number {
  return (_ext >> 26) & 7;
}

export function isSameRendition(one: Rendition, other: Rendition): boolean {
  return hasSameAttributes(one, other) && one.link === other.link;
}

function hasSameAttributes(one: Rendition, other: Rendition): boolean {
  return (
    one.fg === other.fg &&
    one.bg === other.bg &&
    one.underline === other.underline &&
    one.underlineColor === other.underlineColor
  );
}

/** The shortest sequences of SGR and DECSCA between two renditions; empty if there is nothing to change. Links are not their business. */
export function renditionChange(from: Rendition, to: Rendition): string {
  if (hasSameAttributes(from, to)) return '';
  const whole = sgr(['0', ...changeOf(PLAIN, to)]);
  // xterm.js takes 59, the default colour of underlines, for white; 0 resets it.
  const mustReset = from.underlineColor !== 0 && to.underlineColor === 0;
  const step = sgr(changeOf(from, to));
  if (!mustReset && step.length <= whole.length) return step + protection(from, to);
  // In xterm.js it ends the protection too, elsewhere not.
  return whole + protection(from, { ...to, bg: to.bg & ~BG.protected }) + protection(PLAIN, to);
}

/** DECSCA */
function protection(from: Rendition, to: Rendition): string {
  if (((from.bg ^ to.bg) & BG.protected) === 0) return '';
  return (to.bg & BG.protected) === 0 ? '\x1b["q' : '\x1b[1"q';
}

function sgr(parameters: string[]): string {
  if (parameters.length === 0) return '';
  return parameters.length === 1 && parameters[0] === '0' ? '\x1b[m' : `\x1b[${parameters.join(';')}m`;
}

/** Flags with the parameters that set and reset them. */
const FG_FLAGS = [
  [FG.inverse, '7', '27'],
  [FG.blink, '5', '25'],
  [FG.invisible, '8', '28'],
  [FG.strikethrough, '9', '29'],
] as const;
const BG_FLAGS = [
  [BG.italic, '3', '23'],
  [BG.overline, '53', '55'],
] as const;

function changeOf(from: Rendition, to: Rendition): string[] {
  const parameters: string[] = [];
  const lostBold = (from.fg & ~to.fg & FG.bold) | (from.bg & ~to.bg & BG.dim);
  if (lostBold !== 0) parameters.push('22');
  if ((to.fg & FG.bold) !== 0 && (lostBold !== 0 || (from.fg & FG.bold) === 0)) parameters.push('1');
  if ((to.bg & BG.dim) !== 0 && (lostBold !== 0 || (from.bg & BG.dim) === 0)) parameters.push('2');
  for (const [flag, on, off] of FG_FLAGS)
    if (((from.fg ^ to.fg) & flag) !== 0) parameters.push((to.fg & flag) === 0 ? off : on);
  for (const [flag, on, off] of BG_FLAGS)
    if (((from.bg ^ to.bg) & flag) !== 0) parameters.push((to.bg & flag) === 0 ? off : on);
  if (from.underline !== to.underline)
    parameters.push(to.underline === 0 ? '24' : to.underline === 1 ? '4' : `4:${to.underline}`);
  if (color(from.fg) !== color(to.fg)) parameters.push(colorParameter(color(to.fg), 30));
  if (color(from.bg) !== color(to.bg)) parameters.push(colorParameter(color(to.bg), 40));
  if (from.underlineColor !== to.underlineColor && to.underlineColor !== 0)
    parameters.push(underlineColorParameter(to.underlineColor));
  return parameters;
}

/** @param base of the parameters: 30 for the foreground, 40 for the background */
function colorParameter(value: number, base: number): string {
  const index = value & 0xff;
  switch (value & MODE.mask) {
    case MODE.p16:
      return String(index < 8 ? base + index : base + 60 + index - 8);
    case MODE.p256:
      return `${base + 8};5;${index}`;
    case MODE.rgb:
      return `${base + 8};2;${rgb(value, ';')}`;
    default:
      return String(base + 9);
  }
}

function underlineColorParameter(value: number): string {
  // With colons: where the parameter is not known, what follows must not be taken for attributes.
  return (value & MODE.mask) === MODE.rgb ? `58:2::${rgb(value, ':')}` : `58:5:${value & 0xff}`;
}

function rgb(value: number, separator: string): string {
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff].join(separator);
}
