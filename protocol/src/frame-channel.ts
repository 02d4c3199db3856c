/**
 * Frames travel beside Socket.IO's packets, on the same Engine.IO connection, each as one bare binary message: Socket.IO
 * itself would send a text packet with a placeholder and then the bytes, and lead them through twenty functions on either
 * side (docs/decisions/0001-one-frame-format.md). Both ends write frames to the connection and take them from its `data`
 * event; this parser keeps Socket.IO from taking them for lost attachments. Clients with the standard parser can be
 * served beside. No event has binary attachments, and none is taken: they would be kept in memory until the last has come.
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
    /** @throws Error for what is no packet without attachments: the connection ends */
    override add(message: unknown): void {
      if (typeof message !== 'string') return;
      // "51-[…]" is a binary event with one attachment, "61-[…]" a binary acknowledgement.
      if (/^[56]/.test(message)) throw new Error('attachments are not taken');
      super.add(message);
    }
  }

  return { Encoder: base.Encoder, Decoder: PacketDecoder };
}

/** The frame that a message of the connection is, or null for Socket.IO's text. */
export function frameOf(message: unknown): Uint8Array | null {
  if (message instanceof Uint8Array) return message;
  return message instanceof ArrayBuffer ? new Uint8Array(message) : null;
}
