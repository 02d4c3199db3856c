import { ProcessLimit } from './process-limit';

/** Longer than from one look to the next. Milliseconds. */
const MOMENT_MS = 1000;

let now: number | null = 0;
let told: number[] = [];
let limit: ProcessLimit;

beforeEach(() => {
  jest.useFakeTimers();
  told = [];
  limit = new ProcessLimit(
    10,
    (count) => told.push(count),
    () => now,
  );
});
afterEach(() => {
  limit.close();
  jest.useRealTimers();
});

test('as many as may be are no reason to say anything; more are, for as long as they are there', () => {
  now = 10;
  jest.advanceTimersByTime(MOMENT_MS);
  expect(told).toEqual([]);
  now = 11;
  jest.advanceTimersByTime(MOMENT_MS);
  expect(told.length).toBeGreaterThan(1);
  expect(new Set(told)).toEqual(new Set([11]));
});

test('where nothing tells how many there are, nothing is said', () => {
  now = null;
  jest.advanceTimersByTime(MOMENT_MS);
  expect(told).toEqual([]);
});

test('one that is closed, twice too, says no more', () => {
  now = 11;
  limit.close();
  limit.close();
  jest.advanceTimersByTime(MOMENT_MS);
  expect(told).toEqual([]);
});
