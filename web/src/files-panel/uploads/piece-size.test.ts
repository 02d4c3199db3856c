import { FIRST_PIECE, nextPiece } from './piece-size';

test('pieces grow on a fast line up to what proxies take', () => {
  let size = FIRST_PIECE;
  for (let sent = 0; sent < 20; sent += 1) size = nextPiece(size, 100);
  expect(size).toBe(8 * 1024 * 1024);
});

test('pieces shrink on a slow line, and not below what is worth a request', () => {
  expect(nextPiece(FIRST_PIECE, 10_000)).toBe(FIRST_PIECE / 2);
  expect(nextPiece(256 * 1024, 60_000)).toBe(256 * 1024);
});

test('a piece that takes some seconds keeps its size', () => {
  expect(nextPiece(FIRST_PIECE, 4000)).toBe(FIRST_PIECE);
});
