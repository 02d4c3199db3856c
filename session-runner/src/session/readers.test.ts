/** Whatever happens to readers of a session, each has in the end what a terminal has that was there all the time. */
import { randomUUID } from 'node:crypto';
import type { ClientFrame, Role } from '@claude-webui/protocol';
import { ReadingTerminal } from '../testing/reading-terminal';
import { RunningSession } from '../testing/running-session';
import type { TestClient } from '../testing/running-session';

/**
 * Draws as Claude Code does: lines that stay, and a block below them that it redraws by going up as many lines as it has drawn, in
 * the width that it believes the terminal to have. `x` is seven lines more, `q` the end.
 */
const PROGRAM = `
  let lines = 0, block = 0;
  const draw = (...more) => {
    const { columns, rows } = process.stdout;
    const bar = '-'.repeat(columns - 1);
    const drawn = [bar, 'in ' + columns + 'x' + rows + ' after ' + lines, bar];
    process.stdout.write((block > 0 ? '\\x1b[' + block + 'A\\r\\x1b[J' : '') + [...more, ...drawn, ''].join('\\n'));
    block = drawn.length;
  };
  process.stdout.on('resize', () => draw());
  process.stdin.on('data', (keys) => { for (const key of keys.toString()) {
    if (key === 'x') for (let n = 0; n < 7; n += 1) draw('line ' + (lines += 1) + '.');
    if (key === 'q') draw('DONE');
  } });
  draw('ready');`;

let session: RunningSession;
const terminals: ReadingTerminal[] = [];
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.close();
  await session.end();
});

function start(replayBytes: number): Promise<RunningSession> {
  return RunningSession.shell('stty raw -echo onlcr opost; exec "$NODE" -e "$SCRIPT"', {
    program: { env: { NODE: process.execPath, SCRIPT: PROGRAM } },
    limits: { replayBytes },
  });
}

/** A person's page: one client id, a window of some size, and a terminal that outlives its connections. */
class Page {
  readonly terminal = new ReadingTerminal();
  private readonly client = randomUUID();
  private connection: TestClient | null = null;
  /** All that was typed. What the runner does not know at a reconnect is sent again. */
  private readonly typed: Extract<ClientFrame, { type: 'input' }>[] = [];

  constructor(private window: { cols: number; rows: number } | null) {
    terminals.push(this.terminal);
  }

  get link(): TestClient {
    if (this.connection === null) throw new Error('not connected');
    return this.connection;
  }

  /** Connects, as after a cut; what was under way is lost. */
  async connect(takeOver = false): Promise<void> {
    this.connection?.socket.terminate();
    const size = this.window === null ? {} : { cols: String(this.window.cols), rows: String(this.window.rows) };
    const query = { client: this.client, ...size, ...this.terminal.from, ...(takeOver ? { takeOver: '1' } : {}) };
    this.connection = session.attach(query, this.window === null ? 'view' : 'drive');
    this.terminal.read(this.connection);
    const { inputSequence } = await this.connection.attached();
    for (const input of this.typed.slice(inputSequence)) this.link.send(input);
  }

  resize(cols: number, rows: number): void {
    this.window = { cols, rows };
    this.link.send({ type: 'resize', size: this.window });
  }

  takeOver(): void {
    this.link.send({ type: 'take-over' });
    if (this.window !== null) this.link.send({ type: 'resize', size: this.window });
  }

  async is(role: Role): Promise<void> {
    const { link } = this;
    await link.until(() => roleOf(link) === role);
  }

  type(text: string): void {
    const input = { type: 'input' as const, sequence: this.typed.length + 1, data: Buffer.from(text) };
    this.typed.push(input);
    this.link.send(input);
  }
}

function roleOf({ frames }: TestClient): string | undefined {
  const roles = frames.flatMap((frame) => {
    if (frame.type === 'attached') return frame.attached.state.role;
    return frame.type === 'state' ? frame.state.role : [];
  });
  return roles.at(-1);
}

/** xorshift32, so that a failure can be run again. */
function randomNumbers(seed: number) {
  return (below: number) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
}

const numbered = (lines: readonly string[]) => lines.flatMap((line) => line.match(/line \d+\./g) ?? []);

test.each([
  ['all output is kept', 4 * 1024 * 1024, 0x5eed1],
  ['little output is kept, so that they come back by a screen', 24 * 1024, 0x5eed2],
])(
  '60 cuts, resizes and takeovers leave each line once for every reader, where %s',
  async (_, replayBytes, seed) => {
    session = await start(replayBytes);
    const random = randomNumbers(seed);
    const unbroken = new Page(null);
    await unbroken.connect();
    const pages = [
      new Page({ cols: 100, rows: 30 }),
      new Page({ cols: 60, rows: 18 }),
      new Page({ cols: 140, rows: 45 }),
    ];
    for (const page of pages) await page.connect();
    let [driver] = pages;
    await unbroken.link.shows('ready');

    for (let round = 0; round < 60; round += 1) {
      const page = pages[random(pages.length)];
      if (page === undefined || driver === undefined) throw new Error('unreachable');
      const drivesAfter = random(3);
      if (drivesAfter === 0) {
        await page.connect(true);
        driver = await changeOver(driver, page);
      } else if (drivesAfter === 1) {
        if (page !== driver) page.takeOver();
        driver = await changeOver(driver, page);
        driver.resize(50 + random(100), 15 + random(40));
      } else {
        // Another than the driver, or the driver itself, which nobody else replaces meanwhile.
        await page.connect();
        driver.resize(50 + random(100), 15 + random(40));
      }
      driver.type('x'.repeat(1 + random(3)));
    }
    driver?.type('q');
    await unbroken.link.shows('DONE');
    for (const page of pages) await page.link.until(() => page.terminal.offset >= unbroken.terminal.offset);
    await settled(unbroken, pages);

    const expected = await unbroken.terminal.lines();
    const last = Number(/\d+/.exec(numbered(expected).at(-1) ?? '')?.[0]);
    expect(last).toBeGreaterThan(60 * 7);
    const each = Array.from({ length: last }, (_unused, n) => `line ${n + 1}.`);
    expect(numbered(expected)).toEqual(each);
    for (const page of pages) {
      expect(await page.terminal.screen()).toBe(await unbroken.terminal.screen());
      expect(numbered(await page.terminal.lines())).toEqual(each);
    }
  },
  60_000,
);

/** Resolves once both know who drives: what they send on connections of their own keeps no order. */
async function changeOver(from: Page, to: Page): Promise<Page> {
  if (from !== to) await from.is('observer');
  await to.is('driver');
  return to;
}

/** Everybody has been sent all, resizes that still waited included. */
async function settled(unbroken: Page, pages: readonly Page[]): Promise<void> {
  for (let before = -1; before !== unbroken.terminal.offset;) {
    before = unbroken.terminal.offset;
    const late = new Page(null);
    await late.connect();
    await late.link.until(() => late.terminal.offset >= unbroken.terminal.offset);
    for (const page of pages) await page.link.until(() => page.terminal.offset >= unbroken.terminal.offset);
  }
}
