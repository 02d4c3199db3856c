/** Conditional and partial requests (RFC 9110 §13, §14). */
import type { BigIntStats } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { FileError } from './file-error';

/** What tells one version of a file from another. */
export interface Version {
  etag: string;
  /** Whole seconds, as HTTP dates have them, in milliseconds. */
  modifiedMs: number;
}

/** Each write changes the nanoseconds of ctime, which programs cannot set. */
export function versionOf({ ino, size, mtimeMs, ctimeNs }: BigIntStats): Version {
  return {
    etag: `"${[ino, size, ctimeNs].map((part) => part.toString(36)).join('-')}"`,
    modifiedMs: Number(mtimeMs / 1000n) * 1000,
  };
}

/** Whether a reader has this version already (§13.1.2, §13.1.3): 304. */
export function isUnchanged(headers: IncomingHttpHeaders, { etag, modifiedMs }: Version): boolean {
  const given = headers['if-none-match'];
  if (given !== undefined) return matches(given, etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && modifiedMs <= since;
}

/** Holds a write to its conditions; `current` is null where there is nothing yet. @throws FileError precondition-failed */
export function checkWrite(headers: IncomingHttpHeaders, current: Version | null): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && (current === null || !matches(ifMatch, current.etag)))
    throw new FileError('precondition-failed');
  if (ifNoneMatch !== undefined && current !== null && matches(ifNoneMatch, current.etag))
    throw new FileError('precondition-failed');
}

function matches(list: string, etag: string): boolean {
  return list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

/** Bytes of a file, the last one included. */
export interface Part {
  first: number;
  last: number;
}

/**
 * The part that is asked for; null: all of it, also for what a server may ignore (other units, several parts, a part of another
 * version). @throws FileError range-not-satisfiable
 */
export function partOf(headers: IncomingHttpHeaders, size: number, version: Version): Part | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (!isOf(headers['if-range']?.toString(), version)) return null;
  const part =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: Math.min(size - 1, last === '' ? Infinity : Number(last)) };
  if (last !== '' && first !== '' && Number(last) < Number(first)) return null;
  if (part.first >= size || part.last < part.first)
    throw new FileError('range-not-satisfiable', `It has ${size} bytes.`);
  return part;
}

/** If-Range (§13.1.5) holds an ETag or a date. */
function isOf(ifRange: string | undefined, { etag, modifiedMs }: Version): boolean {
  if (ifRange === undefined) return true;
  return ifRange.startsWith('"') ? ifRange === etag : Date.parse(ifRange) === modifiedMs;
}
