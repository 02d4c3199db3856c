import { INPUT_WINDOW_BYTES, MAX_INPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';
import { Outbox } from './outbox';

const bytes = (text: string) => new TextEncoder().encode(text);
const sequences = (outbox: Outbox) => outbox.take().map(({ sequence }) => sequence);
const text = (outbox: Outbox) => outbox.take().map(({ data }) => new TextDecoder().decode(data));
/** A key that is sent as soon as it may be. */
const typed = (outbox: Outbox, key: string) => {
  outbox.add(bytes(key));
  return sequences(outbox);
};

test('what is not acknowledged is sent again on the next connection, and nothing else', () => {
  const outbox = new Outbox();
  expect(['a', 'b', 'c'].flatMap((key) => typed(outbox, key))).toEqual([1, 2, 3]);
  expect(sequences(outbox)).toEqual([]);
  outbox.acknowledge(1);
  outbox.restart(2);
  expect(text(outbox)).toEqual(['c']);
});

test('what is discarded leaves its numbers, and only what this connection has not sent is certainly lost', () => {
  const outbox = new Outbox();
  typed(outbox, 'a');
  outbox.restart(0);
  outbox.add(bytes('b'));
  expect(outbox.discard()).toBe(2);
  expect(outbox.keys).toBe(0);
  expect(outbox.take()).toEqual([
    { sequence: 1, data: bytes(''), keys: 0 },
    { sequence: 2, data: bytes(''), keys: 0 },
  ]);
  outbox.add(bytes('c'));
  expect(text(outbox)).toEqual(['c']);
  expect(outbox.discard()).toBe(0);
  outbox.restart(2);
  expect(outbox.keys).toBe(1);
  expect(outbox.discard()).toBe(1);
});

test('thousands of keys that wait for a connection are few messages, and still as many keys', () => {
  const outbox = new Outbox();
  for (let key = 0; key < 30_000; key += 1) outbox.add(bytes('k'));
  expect(outbox.keys).toBe(30_000);
  const sent = text(outbox);
  expect(sent).toHaveLength(2);
  expect(sent.join('')).toBe('k'.repeat(30_000));
});

test('no more messages are under way than the window, and what waits behind them goes on together', () => {
  const outbox = new Outbox();
  const sent = Array.from({ length: 1000 }, () => typed(outbox, 'k')).flat();
  expect(sent.length).toBeLessThanOrEqual(64);
  outbox.acknowledge(sent.length - 1);
  expect(outbox.take()).toEqual([expect.objectContaining({ data: bytes('k'.repeat(1000 - sent.length)) })]);
});

test('what a session may have already is not added to', () => {
  const outbox = new Outbox();
  typed(outbox, 'a');
  outbox.restart(0);
  outbox.add(bytes('b'));
  expect(text(outbox)).toEqual(['a', 'b']);
});

test('a paste goes in pieces, no more at once than the window', () => {
  const outbox = new Outbox();
  expect(outbox.add(new Uint8Array(2 * INPUT_WINDOW_BYTES))).toBe(true);
  const first = outbox.take();
  expect(first.every(({ data }) => data.length <= MAX_INPUT_PAYLOAD_BYTES)).toBe(true);
  expect(first.length * MAX_INPUT_PAYLOAD_BYTES).toBe(INPUT_WINDOW_BYTES);
  outbox.acknowledge(first.length);
  expect(outbox.take()).toHaveLength(first.length);
});

test('more than may wait is refused whole', () => {
  const outbox = new Outbox();
  expect(outbox.add(new Uint8Array(16 * 1024 * 1024))).toBe(true);
  expect(outbox.add(bytes('x'))).toBe(false);
});

test('an acknowledgement that comes late does not count twice', () => {
  const outbox = new Outbox();
  outbox.add(bytes('a'));
  outbox.take();
  outbox.acknowledge(1);
  outbox.acknowledge(1);
  outbox.add(bytes('b'));
  expect(sequences(outbox)).toEqual([2]);
  expect(outbox.keys).toBe(1);
});

test('another program is given what was never sent, numbered from 1, and nothing that the one before may have done', () => {
  const outbox = new Outbox();
  for (const key of ['a', 'b']) typed(outbox, key);
  outbox.acknowledge(1);
  outbox.restart(1);
  outbox.add(bytes('c'));
  outbox.begin();
  expect(outbox.take()).toEqual([expect.objectContaining({ sequence: 1, data: bytes('c') })]);
  outbox.add(bytes('d'));
  expect(sequences(outbox)).toEqual([2]);
});

const MOST = 16 * 1024 * 1024;
/** Sends and acknowledges until nothing is left. */
const drain = (outbox: Outbox) => {
  for (let sent = outbox.take(); sent.length > 0; sent = outbox.take()) outbox.acknowledge(sent.at(-1)!.sequence);
};

test('however much is typed over a day, room that is acknowledged is room again', () => {
  const outbox = new Outbox();
  for (let day = 0; day < 3; day += 1) {
    expect(outbox.isEmpty).toBe(true);
    expect(outbox.add(new Uint8Array(MOST))).toBe(true);
    expect(outbox.isEmpty).toBe(false);
    expect(outbox.add(bytes('x'))).toBe(false);
    drain(outbox);
  }
  expect(outbox.add(bytes('x'))).toBe(true);
  expect(text(outbox)).toEqual(['x']);
});

test.each<[string, (outbox: Outbox) => unknown]>([
  ['discarded', (outbox) => outbox.discard()],
  ['sent to a program that is gone', (outbox) => (outbox.take(), outbox.begin())],
])('what was %s leaves its room', (_what, lose) => {
  const outbox = new Outbox();
  outbox.add(new Uint8Array(1024));
  outbox.take();
  outbox.add(new Uint8Array(MOST - 1024));
  expect(outbox.add(bytes('x'))).toBe(false);
  lose(outbox);
  if (outbox.isEmpty) throw new Error('What was never sent is still to be sent.');
  expect(outbox.add(bytes('x'))).toBe(true);
});

test('what waits for another program counts once', () => {
  const outbox = new Outbox();
  outbox.add(new Uint8Array(MOST - 1));
  outbox.begin();
  outbox.begin();
  expect(outbox.add(bytes('xy'))).toBe(false);
  expect(outbox.add(bytes('x'))).toBe(true);
});

test('64 messages are under way, and a new connection has a window of its own', () => {
  const outbox = new Outbox();
  const sent = Array.from({ length: 70 }, () => typed(outbox, 'k')).flat();
  expect(sent).toHaveLength(64);
  outbox.acknowledge(10);
  expect(outbox.take()).toHaveLength(1);
  outbox.restart(10);
  expect(sequences(outbox)).toEqual(Array.from({ length: 55 }, (_, at) => at + 11));
  outbox.acknowledge(65);
  expect(outbox.isEmpty).toBe(true);
});

test('bytes under way are counted anew on each connection, and given back by each acknowledgement', () => {
  const outbox = new Outbox();
  const piece = new Uint8Array(MAX_INPUT_PAYLOAD_BYTES);
  const window = INPUT_WINDOW_BYTES / MAX_INPUT_PAYLOAD_BYTES;
  for (let n = 0; n < 3 * window; n += 1) outbox.add(piece);
  expect(outbox.take()).toHaveLength(window);
  outbox.restart(0);
  expect(outbox.take()).toHaveLength(window);
  outbox.acknowledge(1);
  expect(outbox.take()).toHaveLength(1);
  expect(outbox.take()).toHaveLength(0);
  // Of what was acknowledged but not sent on this connection nothing was under way.
  outbox.restart(0);
  outbox.acknowledge(window);
  expect(outbox.take()).toHaveLength(window);
});

test('keys are put together up to a full message, and a paste that fills one stands alone', () => {
  const outbox = new Outbox();
  outbox.add(new Uint8Array(MAX_INPUT_PAYLOAD_BYTES - 1));
  outbox.add(bytes('a'));
  outbox.add(bytes('b'));
  outbox.add(new Uint8Array(MAX_INPUT_PAYLOAD_BYTES));
  const sent = outbox.take();
  expect(sent.map(({ data }) => data.length)).toEqual([MAX_INPUT_PAYLOAD_BYTES, 1, MAX_INPUT_PAYLOAD_BYTES]);
  expect(outbox.keys).toBe(4);
  outbox.acknowledge(1);
  expect(outbox.keys).toBe(2);
});

test('a paste of several messages is one key, and lost as one', () => {
  const outbox = new Outbox();
  outbox.add(new Uint8Array(3 * MAX_INPUT_PAYLOAD_BYTES));
  expect(outbox.keys).toBe(1);
  expect(outbox.discard()).toBe(1);
});
