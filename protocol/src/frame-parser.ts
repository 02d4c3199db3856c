/**
 * A Socket.IO parser that sends the `frame` event as one bare binary message. The standard one sends a text packet
 * with a placeholder and then the attachment, which costs a keystroke's echo two messages
 * (docs/decisions/0001-one-frame-format.md). Everything else goes as usual, so that clients with the standard parser can
 * be served beside.
 */
import type { Decoder, Encoder, Packet, PacketType } from 'socket.io-parser';

/** socket.io-parser, given by the caller so that this package depends on nothing. */
export interface BaseParser {
  Encoder: new () => Encoder;
  Decoder: new () => Decoder;
  PacketType: { EVENT: PacketType.EVENT };
}

const EVENT_NAME = 'frame';

/** The parser for `new Server(…, { parser })` and `io(…, { parser })`. */
export function frameParser(base: BaseParser): { Encoder: new () => Encoder; Decoder: new () => Decoder } {
  const { EVENT } = base.PacketType;

  class FrameEncoder extends base.Encoder {
    override encode(packet: Packet): unknown[] {
      const data: unknown = packet.data;
      if (packet.type === EVENT && Array.isArray(data) && data[0] === EVENT_NAME && data[1] instanceof Uint8Array) {
        return [data[1]];
      }
      return super.encode(packet);
    }
  }

  class FrameDecoder extends base.Decoder {
    /** Binary attachments of a standard packet that are still to come. */
    private attachmentsDue = 0;

    override add(message: unknown): void {
      if (typeof message === 'string') {
        super.add(message);
        // "51-[…]" is a binary event with one attachment, "61-[…]" a binary acknowledgement.
        const attachments = /^[56](\d+)-/.exec(message)?.[1];
        this.attachmentsDue = attachments === undefined ? 0 : Number(attachments);
      } else if (this.attachmentsDue > 0) {
        this.attachmentsDue -= 1;
        super.add(message);
      } else {
        const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message;
        if (!(bytes instanceof Uint8Array)) throw new Error('a binary message is neither an ArrayBuffer nor bytes');
        this.emitReserved('decoded', { type: EVENT, nsp: '/', data: [EVENT_NAME, bytes] });
      }
    }
  }

  return { Encoder: FrameEncoder, Decoder: FrameDecoder };
}
