/** Output that goes on, at a pace, until something has been done to what it goes through; then every byte is compared. */
import { createHash } from 'node:crypto';
import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';

/** Pieces of a hundred kilobytes, each a quarter of a second after the last: 20 MB in about a minute. */
const PIECES = 200;
/** Nobody waits for more. */
const MAX_PIECES = 1200;
const LINES = 13_000;
const FIRST = 1_000_000;
const MIN_BYTES = 20_000_000;
/** Of a shell without echo. It begins with one line, so that its beginning is seen before what follows it, and goes on until it is given another. */
const COMMAND = [
  'i=0; go=; echo B""EGIN; read -r',
  `while [ $i -lt ${PIECES} ] || { [ -z "$go" ] && [ $i -lt ${MAX_PIECES} ]; }`,
  `do seq $((i*${LINES}+${FIRST})) $((i*${LINES}+${FIRST + LINES - 1}))`,
  'i=$((i+1)); read -rt 0.25 && go=1; done',
  'echo "E""ND $i D""ONE"',
].join('; ');

export class Flood {
  private constructor(private readonly client: TerminalClient) {}

  static async start(client: TerminalClient): Promise<Flood> {
    client.type(`${COMMAND}\n`);
    await client.shows('BEGIN');
    client.type('\n');
    return new Flood(client);
  }

  /** Lets it end. */
  async expectWhole(): Promise<void> {
    const { client } = this;
    client.type('\n');
    await client.shows(' DONE');
    const pieces = Number(client.between('END ', ' DONE'));
    expect(pieces).toBeLessThan(MAX_PIECES);
    expect(client.hashBetween('BEGIN', 'END ')).toBe(hashOf(pieces));
    expect(client.received).toBeGreaterThan(MIN_BYTES);
  }
}

/** What it prints, as a terminal shows it. */
function hashOf(pieces: number): string {
  const hash = createHash('sha256').update('\r\n');
  for (let n = 0; n < pieces * LINES; n += 1) hash.update(`${n + FIRST}\r\n`);
  return hash.digest('hex');
}
