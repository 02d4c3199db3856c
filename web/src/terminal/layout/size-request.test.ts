import type { TerminalSize } from '@claude-webui/protocol';
import { SizeRequest } from './size-request';

const size = (cols: number, rows: number): TerminalSize => ({ cols, rows });
let actual: TerminalSize;
let asked: TerminalSize[];
let request: SizeRequest;

beforeEach(() => {
  jest.useFakeTimers();
  actual = size(80, 24);
  asked = [];
  request = new SizeRequest(
    () => actual,
    (wanted) => asked.push(wanted),
  );
});
afterEach(() => jest.useRealTimers());

test('a gesture asks once, when it is over', () => {
  request.allow(true);
  for (let rows = 24; rows > 4; rows -= 1) {
    request.fits(size(80, rows));
    jest.advanceTimersByTime(100);
  }
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(150);
  expect(asked).toEqual([size(80, 5)]);
});

test('a gesture that ends where it began asks for nothing', () => {
  request.fits(size(80, 24));
  request.allow(true);
  request.fits(size(80, 20));
  jest.advanceTimersByTime(100);
  request.fits(size(80, 24));
  jest.advanceTimersByTime(1000);
  expect(asked).toEqual([]);
});

test('a slow gesture, of many steps from one cell to the next, is one', () => {
  request.allow(true);
  for (let step = 0; step < 50; step += 1) {
    request.fits(size(80, 24 - Math.floor(step / 5)));
    jest.advanceTimersByTime(60);
  }
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(150);
  expect(asked).toEqual([size(80, 15)]);
});

test('looking again at what has not changed asks for nothing', () => {
  request.fits(size(80, 24));
  request.allow(true);
  jest.advanceTimersByTime(1000);
  request.fits(size(80, 24));
  expect(jest.getTimerCount()).toBe(0);
  expect(asked).toEqual([]);
});

test('while it may not be asked nothing is, and at once when it may be if the size differs', () => {
  request.fits(size(100, 30));
  jest.advanceTimersByTime(1000);
  expect(asked).toEqual([]);
  request.allow(true);
  expect(asked).toEqual([size(100, 30)]);
});

test('what was asked for with the attach is not asked for again after it', () => {
  request.fits(size(100, 30));
  jest.advanceTimersByTime(1000);
  expect(request.forAttach()).toEqual(size(100, 30));
  request.allow(true);
  jest.advanceTimersByTime(1000);
  expect(asked).toEqual([]);
});

test('what has changed since the attach was begun is asked for', () => {
  request.fits(size(100, 30));
  request.forAttach();
  request.fits(size(90, 30));
  request.allow(true);
  jest.advanceTimersByTime(150);
  expect(asked).toEqual([size(90, 30)]);
});

test('a size that another driver has chosen is asked for again by who takes over', () => {
  request.fits(size(100, 30));
  request.forAttach();
  request.allow(true);
  jest.advanceTimersByTime(1000);
  request.allow(false);
  actual = size(60, 20);
  request.allow(true);
  expect(asked).toEqual([size(100, 30)]);
});

test('a terminal that is out of view asks for nothing, and for what fits when it comes into view', () => {
  request.fits(size(80, 24));
  request.fits(null);
  expect(request.forAttach()).toBeNull();
  request.allow(true);
  jest.advanceTimersByTime(1000);
  expect(asked).toEqual([]);
  request.fits(size(100, 30));
  jest.advanceTimersByTime(150);
  expect(asked).toEqual([size(100, 30)]);
});

test('nothing is asked once it is closed', () => {
  request.allow(true);
  request.fits(size(100, 30));
  request.close();
  expect(jest.getTimerCount()).toBe(0);
});
