/**
 * Flow control numbers that both ends of an attachment must agree on. A larger window gains little throughput on a fast
 * link, and every byte of it is still delivered after a Ctrl-C.
 */

/** A session-runner stops sending to an attachment that has this many bytes of output unacknowledged. */
export const OUTPUT_WINDOW_BYTES = 256 * 1024;
/**
 * It goes on when fewer than this are left. Not below ACK_QUANTUM_BYTES: a client that owes less than a quantum stays
 * silent, and the stream would stall.
 */
export const OUTPUT_WINDOW_LOW_BYTES = 160 * 1024;
/** A client acknowledges each time it has dealt with this many bytes since the last acknowledgement. */
export const ACK_QUANTUM_BYTES = 128 * 1024;
/** A client keeps at most this many bytes of unacknowledged input in flight; the rest waits in the client. */
export const INPUT_WINDOW_BYTES = 256 * 1024;
