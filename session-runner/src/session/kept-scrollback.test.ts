import { MAX_SCROLLBACK_PAYLOAD_BYTES } from '@claude-webui/protocol';
import { KeptScrollback } from './kept-scrollback';

const PIECE = MAX_SCROLLBACK_PAYLOAD_BYTES;
const NOTHING = { position: 0, total: 0, more: false, data: new Uint8Array() };
const snapshot = (offset: number, bytes: number, more = false) => ({
  offset,
  more,
  scrollback: Uint8Array.from({ length: bytes }, (_, at) => at % 251),
});

test('comes piece by piece, none larger than a frame may be, and says whether there was more', () => {
  const kept = new KeptScrollback();
  const { scrollback } = snapshot(7, 2 * PIECE + 5);
  kept.keep('a', snapshot(7, 2 * PIECE + 5, true));
  const pieces = [0, PIECE, 2 * PIECE].map((position) => kept.piece('a', 7, position));
  expect(pieces.map(({ position, total, more, data }) => [position, total, more, data.length])).toEqual([
    [0, scrollback.length, true, PIECE],
    [PIECE, scrollback.length, true, PIECE],
    [2 * PIECE, scrollback.length, true, 5],
  ]);
  expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(Buffer.from(scrollback));
});

test('what was fetched whole is kept no longer', () => {
  const kept = new KeptScrollback();
  kept.keep('a', snapshot(7, PIECE));
  expect(kept.piece('a', 7, 0).data).toHaveLength(PIECE);
  expect(kept.piece('a', 7, 0)).toMatchObject(NOTHING);
});

test.each([
  ['another client', 'b', 7, 0],
  ['another snapshot', 'a', 8, 0],
  ['a place behind the end', 'a', 7, 10],
])('there is nothing for %s', (_, client, offset, position) => {
  const kept = new KeptScrollback();
  kept.keep('a', snapshot(7, 10));
  expect(kept.piece(client, offset, position)).toMatchObject({ offset, ...NOTHING });
});

test('the next snapshot takes the place of the one before, though it has no scrollback', () => {
  const kept = new KeptScrollback();
  kept.keep('a', snapshot(7, 10));
  kept.keep('a', snapshot(9, 20));
  expect(kept.piece('a', 7, 0).total).toBe(0);
  expect(kept.piece('a', 9, 0).total).toBe(20);
  kept.keep('a', snapshot(11, 20));
  kept.keep('a', snapshot(12, 0));
  expect(kept.piece('a', 11, 0).total).toBe(0);
});

test('above the bound the oldest goes, never the newest, and what was fetched or replaced counts no more', () => {
  const kept = new KeptScrollback(100);
  for (let n = 0; n < 50; n += 1) {
    kept.keep('again and again', snapshot(n, 60));
    kept.keep('fetched', snapshot(n, 30));
    kept.piece('fetched', n, 0);
  }
  kept.keep('second', snapshot(1, 40));
  expect(kept.piece('again and again', 49, 10).total).toBe(60);
  kept.keep('again and again', snapshot(50, 60));
  kept.keep('third', snapshot(1, 1));
  expect(kept.piece('second', 1, 0).total).toBe(0);
  expect(kept.piece('again and again', 50, 10).total).toBe(60);
  kept.keep('large', snapshot(1, 500));
  expect(kept.piece('again and again', 50, 10).total).toBe(0);
  expect(kept.piece('large', 1, 10).total).toBe(500);
});
