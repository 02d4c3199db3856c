import { isUtf8 } from 'node:buffer';
import { bytesOf } from './file-name';

/** What tar is made of. Bytes. */
const BLOCK_BYTES = 512;
/** For readers that know no extended headers. */
const STAND_IN = 'PaxHeader';

/**
 * Names as an archive has them. Those that are UTF-8 go as they are. tar-stream writes text alone, so for the others `before` is
 * an extended header (POSIX, pax) with their bytes, which stands before the entry and counts more than what that one says. It
 * does not say `hdrcharset=BINARY`: GNU tar does not know it and warns, and every reader tried takes the bytes without.
 */
export function archived(
  path: string,
  linkname: Buffer | null,
): { before: Buffer | null; name: string; linkname?: string } {
  const name = bytesOf(path);
  if (isUtf8(name) && (linkname === null || isUtf8(linkname)))
    return { before: null, name: name.toString(), ...(linkname === null ? {} : { linkname: linkname.toString() }) };
  const records = [record('path', name), ...(linkname === null ? [] : [record('linkpath', linkname)])];
  return {
    before: extended(Buffer.concat(records)),
    name: STAND_IN,
    ...(linkname === null ? {} : { linkname: STAND_IN }),
  };
}

/** `<length> <keyword>=<value>\n`; the length counts itself. */
function record(keyword: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), value, Buffer.from('\n')]);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** A header of type `x` and its content, in whole blocks. */
function extended(records: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(STAND_IN, 0);
  header.write('0000644', 100);
  header.write('0000000', 108);
  header.write('0000000', 116);
  header.write(records.length.toString(8).padStart(11, '0'), 124);
  header.write('00000000000', 136);
  // The sum is taken with blanks in its own place.
  header.fill(' ', 148, 156);
  header.write('x', 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((BLOCK_BYTES - (records.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return Buffer.concat([header, records, padding]);
}
