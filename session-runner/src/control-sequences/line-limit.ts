import { ESC, SPACE, TAB, isFinal } from './bytes';

const CTRL_C = 0x03;
const CTRL_U = 0x15;
/** Ends what a terminal marks as pasted. A program that has seen the beginning waits for it. */
const PASTE_END = '\x1b[201~';
const MAX_KEY_BYTES = 32;

/**
 * Bounds the length of a typed line: of bytes with no control character between them, keys such as arrows aside. Of a line that
 * gets longer the rest is not typed, and neither is its end, so that no program acts on half a line; what comes after that is
 * not typed either, until Ctrl-C or Ctrl-U takes back what was.
 */
export class LineLimit {
  private lineBytes = 0;
  private isRefusing = false;
  /** The key whose first byte was ESC, as far as it has come; null: none. */
  private key: string | null = null;

  /** @param maxBytes 0: any length */
  constructor(private readonly maxBytes: number) {}

  /** What is typed of `data`, and whether that is not all of it. */
  admit(data: Uint8Array): { typed: Uint8Array; refused: boolean } {
    if (this.maxBytes === 0) return { typed: data, refused: false };
    if (!this.isRefusing && this.lineBytes + data.length <= this.maxBytes && !data.includes(ESC) && this.key === null) {
      return this.count(data);
    }
    const typed: number[] = [];
    let refused = false;
    for (const byte of data) {
      const isKey = this.isPartOfKey(byte);
      if (this.isRefusing) refused = this.refuse(byte, isKey, typed) || refused;
      else if (isKey || this.fits(byte)) typed.push(byte);
      else refused = this.isRefusing = true;
    }
    return { typed: Buffer.from(typed), refused };
  }

  /** What fits whatever is in it. */
  private count(data: Uint8Array): { typed: Uint8Array; refused: boolean } {
    for (const byte of data) this.fits(byte);
    return { typed: data, refused: false };
  }

  private fits(byte: number): boolean {
    if (byte < SPACE && byte !== TAB) this.lineBytes = 0;
    else this.lineBytes += 1;
    return this.lineBytes <= this.maxBytes;
  }

  /** Whether the byte was not typed. What ends the paste is, as one. */
  private refuse(byte: number, isKey: boolean, typed: number[]): boolean {
    if (byte === CTRL_C || byte === CTRL_U) {
      this.isRefusing = false;
      this.lineBytes = 0;
      typed.push(byte);
      return false;
    }
    if (isKey) {
      if (this.lastKey === PASTE_END) typed.push(...Buffer.from(PASTE_END));
      // Not a loss to be told: a key that moves about in a line that is too long.
      return false;
    }
    return true;
  }

  /** The key that the last byte has ended. */
  private lastKey = '';

  private isPartOfKey(byte: number): boolean {
    this.lastKey = '';
    if (byte === ESC) {
      this.key = '\x1b';
      return true;
    }
    if (this.key === null || byte < SPACE) {
      this.key = null;
      return false;
    }
    this.key += String.fromCharCode(byte);
    const isOpen = this.key === '\x1b[' || this.key === '\x1bO' || (this.key.startsWith('\x1b[') && !isFinal(byte));
    if (isOpen && this.key.length < MAX_KEY_BYTES) return true;
    this.lastKey = this.key;
    this.key = null;
    return true;
  }
}
