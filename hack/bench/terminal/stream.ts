/** The stream that workload.c prints, made again to compare with. */
import { createHash } from 'node:crypto';

const PERIOD_BYTES = 65_521;

function text(): Buffer {
  const bytes = Buffer.alloc(PERIOD_BYTES);
  let state = 1;
  for (let i = 0; i < PERIOD_BYTES; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = i % 80 === 78 ? 13 : i % 80 === 79 ? 10 : 33 + ((state >>> 24) % 90);
  }
  return bytes;
}

const TEXT = text();

/** SHA-256 of the stream's first bytes, hex. */
export function streamDigest(bytes: number): string {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += PERIOD_BYTES) hash.update(TEXT.subarray(0, Math.min(PERIOD_BYTES, bytes - at)));
  return hash.digest('hex');
}

/** 32-bit FNV-1a as eight hex digits, the workload's word for what it has read. */
export function fnv1a(bytes: Uint8Array): string {
  let hash = 2_166_136_261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
