/**
 * Frames travel beside Socket.IO's packets, on the same Engine.IO connection, each as one bare binary message: Socket.IO
 * itself would send a text packet with a placeholder and then the bytes, and lead them through twenty functions on either
 * side (docs/decisions/0001-one-frame-format.md). Both ends write frames to the connection and take them from its `data`
 * event; this parser keeps Socket.IO from taking them for lost attachments. Clients with the standard parser can be
 * served beside.
 */
import type { Decoder, Encoder } from 'socket.io-parser';

/** socket.io-parser, given by the caller so that this package depends on nothing. */
export interface BaseParser {
  Encoder: new () => Encoder;
  Decoder: new () => Decoder;
}

/** The parser for `new Server(…, { parser })` and `io(…, { parser })`. */
export function packetParser(base: BaseParser): BaseParser {
  class PacketDecoder extends base.Decoder {
    /** Binary attachments of a packet that are still to come. */
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
      }
    }
  }

  return { Encoder: base.Encoder, Decoder: PacketDecoder };
}

/** The frame that a message of the connection is, or null for Socket.IO's text. */
export function frameOf(message: unknown): Uint8Array | null {
  if (message instanceof Uint8Array) return message;
  return message instanceof ArrayBuffer ? new Uint8Array(message) : null;
}
