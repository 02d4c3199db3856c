import { after } from './timer';

const DAY_MS = 86_400_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test.each([0, 1, 24 * DAY_MS, 2 ** 31 - 1, 2 ** 31, 30 * DAY_MS, 400 * DAY_MS])(
  'a wait of %i ms is as long as that',
  (ms) => {
    const then = jest.fn();
    after(ms, then);
    jest.advanceTimersByTime(Math.max(0, ms - 1));
    expect(then).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
    jest.advanceTimersByTime(1);
    expect(then).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(400 * DAY_MS);
    expect(then).toHaveBeenCalledTimes(1);
  },
);

test('a wait without end has none', () => {
  const then = jest.fn();
  const takeBack = after(Infinity, then);
  jest.advanceTimersByTime(400 * DAY_MS);
  expect(then).not.toHaveBeenCalled();
  takeBack();
  expect(jest.getTimerCount()).toBe(0);
});

test('a wait that is taken back, at its start or late, calls nobody', () => {
  const then = jest.fn();
  const takeBack = after(30 * DAY_MS, then);
  jest.advanceTimersByTime(26 * DAY_MS);
  takeBack();
  takeBack();
  jest.advanceTimersByTime(30 * DAY_MS);
  expect(then).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(0);
});
