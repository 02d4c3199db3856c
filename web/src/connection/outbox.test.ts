import { INPUT_WINDOW_BYTES, MAX_INPUT_PAYLOAD_BYTES } from '@claude-webui/protocol';
import { Outbox } from './outbox';

const bytes = (text: string) => new TextEncoder().encode(text);
const sequences = (outbox: Outbox) => outbox.take().map(({ sequence }) => sequence);

test('what is not acknowledged is sent again on the next connection, and nothing else', () => {
  const outbox = new Outbox();
  for (const key of ['a', 'b', 'c']) outbox.add(bytes(key));
  expect(sequences(outbox)).toEqual([1, 2, 3]);
  expect(sequences(outbox)).toEqual([]);
  outbox.acknowledge(1);
  outbox.restart(2);
  expect(outbox.take().map(({ data }) => new TextDecoder().decode(data))).toEqual(['c']);
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
  expect(outbox.length).toBe(1);
});

test('another program is given what was never sent, numbered from 1, and nothing that the one before may have done', () => {
  const outbox = new Outbox();
  for (const key of ['a', 'b']) outbox.add(bytes(key));
  outbox.take();
  outbox.acknowledge(1);
  outbox.restart(1);
  outbox.add(bytes('c'));
  outbox.begin();
  expect(outbox.take()).toEqual([{ sequence: 1, data: bytes('c') }]);
  outbox.add(bytes('d'));
  expect(sequences(outbox)).toEqual([2]);
});
