/** What real programs have written to a terminal, as hack/record-terminal.mjs has recorded it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TerminalSize } from '@claude-webui/protocol';
import * as z from 'zod/mini';
import type { StreamPiece } from '../output-buffer/output-buffer';

const FOLDER = join(__dirname, '../../recordings');
const ENDING = '.json.gz';

export interface Recording {
  name: string;
  size: TerminalSize;
  /** Reads and changes of size, in order. */
  pieces: StreamPiece[];
}

const size = z.object({ cols: z.int(), rows: z.int() });
const recording = z.object({ size, pieces: z.array(z.union([z.base64(), size])) });

export function recordings(): Recording[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => {
      const text = gunzipSync(readFileSync(join(FOLDER, file))).toString();
      const { size: first, pieces } = recording.parse(JSON.parse(text));
      return {
        name: file.slice(0, -ENDING.length),
        size: first,
        pieces: pieces.map((piece) =>
          typeof piece === 'string'
            ? { type: 'output', data: Buffer.from(piece, 'base64') }
            : { type: 'size', size: piece },
        ),
      };
    });
}
