/** Bytes that control sequences are made of (ECMA-48, ECMA-35). */
export const ENQ = 0x05;
export const BEL = 0x07;
export const TAB = 0x09;
export const CAN = 0x18;
export const SUB = 0x1a;
export const ESC = 0x1b;
export const SPACE = 0x20;
export const DEL = 0x7f;
/** First byte in UTF-8 of U+0080 to U+00BF: the C1 controls are U+0080 to U+009F. In UTF-8 it begins a character wherever it is. */
export const C1_LEAD = 0xc2;
export const LAST_C1 = 0x9f;
/** String terminator as C1: U+009C. */
export const C1_ST = 0x9c;

/** What begins with an introducer and goes on for a while. */
export type Family = 'csi' | 'osc' | 'dcs' | 'sos' | 'pm' | 'apc';

/** Second byte of the 7-bit introducer → family. The C1 introducer is this byte + 0x40. */
export const FAMILIES: ReadonlyMap<number, Family> = new Map([
  [0x5b, 'csi'],
  [0x5d, 'osc'],
  [0x50, 'dcs'],
  [0x58, 'sos'],
  [0x5e, 'pm'],
  [0x5f, 'apc'],
]);

export const isFinal = (byte: number) => byte >= 0x40 && byte < DEL;
/** Bytes of parameters and intermediates. */
export const isParameter = (byte: number) => byte >= SPACE && byte < 0x40;
/** Second and later bytes of a character in UTF-8. */
export const isContinuation = (byte: number) => byte >= 0x80 && byte < 0xc0;
