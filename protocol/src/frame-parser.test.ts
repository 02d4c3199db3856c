import * as standard from 'socket.io-parser';
import { frameParser } from './frame-parser';

const parser = frameParser(standard);
const frame = Uint8Array.of(0x02, 1, 2, 3);

/** What the decoder makes of messages that arrive one after another. */
function decode(messages: readonly unknown[]): standard.Packet[] {
  const decoder = new parser.Decoder();
  const packets: standard.Packet[] = [];
  decoder.on('decoded', (packet: standard.Packet) => packets.push(packet));
  for (const message of messages) decoder.add(message);
  return packets;
}

test('a frame goes as one bare binary message and comes back as the frame event', () => {
  const messages = new parser.Encoder().encode({ type: standard.PacketType.EVENT, nsp: '/', data: ['frame', frame] });
  expect(messages).toEqual([frame]);
  expect(decode(messages)).toEqual([{ type: standard.PacketType.EVENT, nsp: '/', data: ['frame', frame] }]);
});

test('every other event is what the standard parser sends', () => {
  const packet = { type: standard.PacketType.EVENT, nsp: '/', data: ['input', { data: 'ls\r' }] };
  expect(new parser.Encoder().encode(packet)).toEqual(new standard.Encoder().encode(packet));
  expect(decode(new parser.Encoder().encode(packet))).toMatchObject([packet]);
});

test('binary attachments of a standard packet are not taken for frames', () => {
  const packet = { type: standard.PacketType.EVENT, nsp: '/', data: ['other', Buffer.from('a'), Buffer.from('b')] };
  const messages: unknown[] = new standard.Encoder().encode(packet);
  expect(messages).toHaveLength(3);
  expect(decode([...messages, frame]).map((decoded) => (decoded.data as unknown[])[0])).toEqual(['other', 'frame']);
});

test('an ArrayBuffer, as browsers deliver it, is a frame too', () => {
  expect(decode([frame.buffer.slice(0)])).toEqual([
    { type: standard.PacketType.EVENT, nsp: '/', data: ['frame', frame] },
  ]);
});
