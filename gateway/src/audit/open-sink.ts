import type { Writable } from 'node:stream';
import type { Config } from '../config/config';
import { FileSink } from './file-sink';
import type { AuditSink } from './sink';
import { nothingBefore, streamSink } from './sink';

/** The sink that the configuration names. */
export function sinkFor(target: Config['audit'], stdout: Writable): AuditSink {
  switch (target.kind) {
    case 'off':
      return { open: nothingBefore, append: () => Promise.resolve(), close: () => Promise.resolve() };
    case 'stdout':
      return streamSink(stdout);
    case 'file':
      return new FileSink(target);
  }
}
