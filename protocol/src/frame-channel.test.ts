import * as standard from 'socket.io-parser';
import { frameOf, packetParser } from './frame-channel';

const parser = packetParser(standard);
const frame = Uint8Array.of(0x02, 1, 2, 3);

/** What the decoder makes of messages that arrive one after another. */
function decode(messages: readonly unknown[]): standard.Packet[] {
  const decoder = new parser.Decoder();
  const packets: standard.Packet[] = [];
  decoder.on('decoded', (packet: standard.Packet) => packets.push(packet));
  for (const message of messages) decoder.add(message);
  return packets;
}

test('events are what the standard parser sends', () => {
  const packet = { type: standard.PacketType.EVENT, nsp: '/', data: ['input', { data: 'ls\r' }] };
  expect(new parser.Encoder().encode(packet)).toEqual(new standard.Encoder().encode(packet));
  expect(decode(new parser.Encoder().encode(packet))).toMatchObject([packet]);
});

test('a frame between packets disturbs none of them', () => {
  const packet = { type: standard.PacketType.EVENT, nsp: '/', data: ['input', { data: 'ls\r' }] };
  const messages: unknown[] = new standard.Encoder().encode(packet);
  expect(decode([frame, ...messages, frame, ...messages])).toMatchObject([packet, packet]);
});

test('a packet with binary attachments is not taken', () => {
  const packet = { type: standard.PacketType.EVENT, nsp: '/', data: ['other', Buffer.from('a'), Buffer.from('b')] };
  const messages: unknown[] = new standard.Encoder().encode(packet);
  expect(messages).toHaveLength(3);
  expect(() => decode(messages)).toThrow('attachments are not taken');
});

test('a frame is bytes, as Node.js or a browser delivers them', () => {
  expect(frameOf(Buffer.from(frame))).toEqual(Buffer.from(frame));
  expect(frameOf(frame.buffer.slice(0))).toEqual(frame);
  expect(frameOf('2["input",{}]')).toBeNull();
});

test('only a packet’s own type says that it has attachments', () => {
  const packets = [5, 6].map((number) => ({
    type: standard.PacketType.EVENT,
    nsp: '/',
    data: ['input', number, '51-[]'],
  }));
  expect(decode(packets.flatMap((packet): unknown[] => new standard.Encoder().encode(packet)))).toMatchObject(packets);
  for (const message of ['51-["input",{"_placeholder":true,"num":0}]', '61-1[{"_placeholder":true,"num":0}]'])
    expect(() => decode([message])).toThrow('attachments are not taken');
});

test('what is neither text nor bytes is nothing', () => {
  expect(decode([5, null, undefined, { data: 'x' }])).toEqual([]);
  expect([5, null, undefined, {}].map(frameOf)).toEqual([null, null, null, null]);
});
