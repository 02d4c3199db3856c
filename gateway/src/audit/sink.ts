/** Where audit lines go. */
import type { Writable } from 'node:stream';

export interface AuditSink {
  /** Makes ready to append: at the start, and again after a failure. */
  open(): Promise<{
    /** Hash of the last whole line that is there; null: none. */
    head: string | null;
    /** Whether half a line was there behind it. */
    torn: boolean;
  }>;
  /** Appends whole lines, each with its end. Rejects unless all are there. */
  append(lines: string): Promise<void>;
  close(): Promise<void>;
}

/** The stream stays its owner's to close. */
export function streamSink(stream: Writable): AuditSink {
  // A reader that went is told to each append; unheard, it would end the process.
  const heard = () => undefined;
  stream.on('error', heard);
  return {
    open: nothingBefore,
    append: (lines) =>
      new Promise((resolve, reject) => {
        stream.write(lines, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => {
      stream.off('error', heard);
      return Promise.resolve();
    },
  };
}

export const nothingBefore = () => Promise.resolve({ head: null, torn: false });
