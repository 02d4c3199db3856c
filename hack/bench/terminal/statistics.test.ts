import { median, percentile } from './statistics';

test('the median is the middle one, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a percentile is the value at or below which so many lie', () => {
  const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
  expect(percentile(numbers, 0.5)).toBe(50);
  expect(percentile(numbers, 0.99)).toBe(99);
  expect(percentile(numbers, 1)).toBe(100);
});
