import { isUtf8 } from 'node:buffer';

/**
 * Names of files are bytes to Linux, and text to everybody that we talk to. A byte that is no UTF-8 is the code point U+EF00 plus
 * the byte: U+EF80 to U+EFFF, as OPTU-8 of MirBSD and mksh has them (ConScript Unicode Registry, "MirOS OPTU"). The bytes of a
 * name that holds such a code point itself are taken one by one, too, so that no two names look the same.
 */
const RAW_BYTES = /[\uef80-\uefff]+/g;
const RAW_BASE = 0xef00;
/** Of the UTF-8 form of a code point (RFC 3629). */
const MAX_UTF8_BYTES = 4;

export function nameOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes) && !hasRawBytes(text)) return text;
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const char = charAt(bytes, at);
    name += char?.text ?? String.fromCharCode(RAW_BASE + bytes.readUInt8(at));
    at += char?.bytes ?? 1;
  }
  return name;
}

export function bytesOf(name: string): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { 0: raw, index } of name.matchAll(RAW_BYTES)) {
    pieces.push(
      Buffer.from(name.slice(at, index)),
      Buffer.from(Array.from(raw, (char) => char.charCodeAt(0) - RAW_BASE)),
    );
    at = index + raw.length;
  }
  return Buffer.concat([...pieces, Buffer.from(name.slice(at))]);
}

/** Whether some of it stands for bytes that are no UTF-8. */
export function hasRawBytes(name: string): boolean {
  return name.search(RAW_BYTES) !== -1;
}

/** Whether it is what its bytes are called; lone surrogates are not either. */
export function isNameOfItsBytes(name: string): boolean {
  return nameOf(bytesOf(name)) === name;
}

/** For eyes only. */
export function shownName(name: string): string {
  return name.replace(RAW_BYTES, (raw) => '\ufffd'.repeat(raw.length));
}

/** The code point at a place; null where there is none, or one that stands for raw bytes. */
function charAt(bytes: Buffer, at: number): { text: string; bytes: number } | null {
  for (let length = 1; length <= MAX_UTF8_BYTES && at + length <= bytes.length; length += 1) {
    const piece = bytes.subarray(at, at + length);
    if (!isUtf8(piece)) continue;
    const text = piece.toString('utf8');
    return hasRawBytes(text) ? null : { text, bytes: length };
  }
  return null;
}
