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
