import { fits, fontsToTry, sizeThatFits } from './geometry';

test.each([
  ['exactly', { width: 800, height: 480 }, { width: 10, height: 20 }, { cols: 80, rows: 24 }],
  ['but for a pixel', { width: 799, height: 479 }, { width: 10, height: 20 }, { cols: 79, rows: 23 }],
  [
    'in fractions of a pixel',
    { width: 843.33, height: 100 },
    { width: 843.33 / 100, height: 17 },
    { cols: 100, rows: 5 },
  ],
  ['less than one cell', { width: 5, height: 5 }, { width: 10, height: 20 }, { cols: 2, rows: 1 }],
  ['a wall of screens', { width: 20_000, height: 20_000 }, { width: 5, height: 8 }, { cols: 1000, rows: 1000 }],
])('as many whole cells as fit: %s', (_what, box, cell, size) => expect(sizeThatFits(box, cell)).toEqual(size));

test.each([
  ['a box', { width: 0, height: 0 }, { width: 10, height: 20 }],
  ['cells', { width: 800, height: 480 }, { width: 0, height: 0 }],
])('there is no size for %s out of view', (_what, box, cell) => expect(sizeThatFits(box, cell)).toBeNull());

test('the last row is whole at every height', () => {
  const cell = { width: 8, height: 16 };
  for (let height = 16; height < 600; height += 1) {
    const rows = sizeThatFits({ width: 800, height }, cell)?.rows ?? 0;
    expect(fits({ width: 800, height: rows * cell.height }, { width: 800, height })).toBe(true);
    expect(height - rows * cell.height).toBeLessThan(cell.height);
  }
});

describe('fonts for somebody else’s size', () => {
  const bounds = { smallest: 7, largest: 14 };

  test('begin a little above what should fit, and go down to the smallest', () => {
    const fonts = fontsToTry({ width: 1400, height: 700 }, { width: 1000, height: 700 }, 14, bounds);
    expect(fonts[0]).toBe(11);
    expect(fonts.at(-1)).toBe(7);
    expect([...fonts].sort((a, b) => b - a)).toEqual(fonts);
  });

  test('are never larger than the person’s own', () => {
    expect(fontsToTry({ width: 400, height: 200 }, { width: 1000, height: 700 }, 14, bounds)[0]).toBe(14);
  });

  test('are never smaller than can be read, whatever has to be scrolled then', () => {
    expect(fontsToTry({ width: 9000, height: 9000 }, { width: 300, height: 300 }, 14, bounds)).toEqual([7]);
  });
});
