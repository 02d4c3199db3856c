import { PRESET_SESSION_POLICY } from '@claude-webui/protocol';
import { Guard } from './guard';
import { ANSWER_SILENCE_MS, KEY_DELAY_MS } from './input-filter';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setUp() {
  let typed = '';
  const guard = new Guard(PRESET_SESSION_POLICY, 65_536, {
    typed: (data) => (typed += Buffer.from(data).toString()),
    hit: () => undefined,
  });
  return { guard, type: (keys: string) => guard.input(Buffer.from(keys)), typed: () => typed };
}

test('a key that could begin an answer is held for the delay and no longer, though others follow it', () => {
  const { type, typed } = setUp();
  type('\x1b');
  for (const key of ']l') {
    jest.advanceTimersByTime(KEY_DELAY_MS / 3);
    type(key);
  }
  expect(typed()).toBe('');
  jest.advanceTimersByTime(KEY_DELAY_MS / 3);
  expect(typed()).toBe('\x1b]l');
  type('s -l');
  expect(typed()).toBe('\x1b]ls -l');
});

test('each key of a person who types slowly arrives, whatever it begins', () => {
  const { type, typed } = setUp();
  const keys = '\x1b]l\x1b]52;c;\x1bP\x1b[\x1b\x1b';
  for (const key of keys) {
    type(key);
    jest.advanceTimersByTime(KEY_DELAY_MS);
  }
  expect(typed()).toBe(keys);
});

test('an answer in pieces is dropped whole, and one that has lost its end is over after its silence', () => {
  const { type, typed } = setUp();
  for (const piece of ['\x1b]52;c;', 'aGVs', 'bG8=', '\x07']) {
    type(piece);
    jest.advanceTimersByTime(ANSWER_SILENCE_MS - 1);
  }
  type('a\x1b]52;c;lost');
  jest.advanceTimersByTime(ANSWER_SILENCE_MS);
  type('b');
  expect(typed()).toBe('ab');
});

test('a guard that is closed waits for nothing', () => {
  const { guard, type } = setUp();
  type('\x1b');
  guard.close();
  expect(jest.getTimerCount()).toBe(0);
});
