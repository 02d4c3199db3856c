import { SilenceWatch } from './silence-watch';

const WAIT_MS = 5000;
let silences: number;
let watch: SilenceWatch;

beforeEach(() => {
  jest.useFakeTimers();
  silences = 0;
  watch = new SilenceWatch(WAIT_MS, () => (silences += 1));
});
afterEach(() => jest.useRealTimers());

test('what is not acknowledged in time is silence, once', () => {
  watch.sent();
  jest.advanceTimersByTime(WAIT_MS - 1);
  expect(silences).toBe(0);
  jest.advanceTimersByTime(10 * WAIT_MS);
  expect(silences).toBe(1);
});

test('more that is sent does not put it off', () => {
  watch.sent();
  jest.advanceTimersByTime(WAIT_MS - 1);
  watch.sent();
  jest.advanceTimersByTime(1);
  expect(silences).toBe(1);
});

test('a slow line, on which acknowledgements still come, is not silent', () => {
  watch.sent();
  for (let times = 0; times < 10; times += 1) {
    jest.advanceTimersByTime(WAIT_MS - 1);
    watch.acknowledged(true);
  }
  expect(silences).toBe(0);
  watch.acknowledged(false);
  jest.advanceTimersByTime(10 * WAIT_MS);
  expect(silences).toBe(0);
});

test('a program that does not read is asked after at longer and longer intervals, until something is acknowledged', () => {
  const nextSilence = () => {
    const before = silences;
    watch.sent();
    let waited = 0;
    for (; silences === before; waited += 1000) jest.advanceTimersByTime(1000);
    return waited;
  };
  expect([1, 2, 3, 4, 5, 6].map(nextSilence)).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  watch.acknowledged(false);
  expect(nextSilence()).toBe(5000);
});

test('nothing is heard of it once it is stopped', () => {
  watch.sent();
  watch.stop();
  expect(jest.getTimerCount()).toBe(0);
});
