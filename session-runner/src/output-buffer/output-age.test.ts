import { OutputAge } from './output-age';

test('output is old once so long has passed', () => {
  const age = new OutputAge(5000);
  expect(age.oldTo(0)).toBe(0);
  age.note(10, 0);
  age.note(20, 3000);
  expect(age.oldTo(4999)).toBe(0);
  expect(age.oldTo(5000)).toBe(10);
  expect(age.oldTo(8000)).toBe(20);
});

test('what came within a second of the mark before is known once the next mark is old', () => {
  const age = new OutputAge(5000);
  age.note(10, 0);
  age.note(15, 500);
  expect(age.oldTo(5500)).toBe(10);
  age.note(30, 1000);
  expect(age.oldTo(6000)).toBe(30);
});

test('a long session keeps few marks, and forgets none that counts', () => {
  const age = new OutputAge(5000);
  for (let second = 0; second < 10_000; second += 1) {
    age.note(second, second * 1000);
    expect(age.oldTo(second * 1000)).toBe(Math.max(0, second - 5));
  }
});
