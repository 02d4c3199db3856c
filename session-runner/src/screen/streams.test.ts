/**
 * Any stream, cut anywhere: a terminal that goes on from a snapshot holds what the unbroken one holds. `SNAPSHOT_STREAMS` and
 * `SNAPSHOT_SEED` try others and more.
 */
import type { TerminalSize } from '@claude-webui/protocol';
import { PlainTerminal, differences } from '../testing/terminal-state';
import type { StreamStep } from '../testing/terminal-streams';
import { Dice, randomSize, randomStream } from '../testing/terminal-streams';
import { Emulator } from './emulator';

const STREAMS = Number(process.env['SNAPSHOT_STREAMS'] ?? 2000);
const FIRST_SEED = Number(process.env['SNAPSHOT_SEED'] ?? 1);
const SHOWN = 10;

interface Case {
  size: TerminalSize;
  scrollback: number;
  before: StreamStep[];
  after: StreamStep[];
}

function makeCase(seed: number): Case {
  const dice = new Dice(seed);
  const size = randomSize(dice);
  const scrollback = dice.one([0, 3, 10, 1000]);
  const steps = randomStream(dice, size);
  const at = dice.below(steps.length);
  const [before, after] = [steps.slice(0, at), steps.slice(at + 1)];
  const cut = steps[at]!;
  if (cut.type === 'size') return { size, scrollback, before: [...before, cut], after };
  const bytes = dice.chance(2) ? cut.data.length : dice.below(cut.data.length + 1);
  before.push({ type: 'output', data: cut.data.subarray(0, bytes) });
  after.unshift({ type: 'output', data: cut.data.subarray(bytes) });
  return { size, scrollback, before, after };
}

function run(terminal: PlainTerminal, steps: readonly StreamStep[]): void {
  for (const step of steps)
    if (step.type === 'size') terminal.resize(step.size);
    else terminal.write(step.data);
}

async function snapshotAfter({ size, scrollback, before }: Case): Promise<ReturnType<Emulator['serialize']>> {
  const emulator = new Emulator(size, scrollback);
  for (const step of before)
    if (step.type === 'size') emulator.resize(step.size);
    else await emulator.write(step.data);
  const snapshot = emulator.serialize();
  emulator.close();
  return snapshot;
}

/**
 * The one thing that no sequence can bring about: in the alternate screen, the cursor behind the last column of a line that is
 * erased there, and not as a whole. (What is erased came from another row, or from the side.) A snapshot has a space there.
 */
function cannotBeMade({ core }: PlainTerminal): boolean {
  const { cols, buffers } = core._bufferService;
  const { alt, active } = buffers;
  const line = alt.lines.get(alt.y);
  return (
    active === alt &&
    alt.x >= cols &&
    line !== undefined &&
    (line._data[(cols - 1) * 3]! & 0x3fffff) === 0 &&
    line.getWidth(cols - 1) === 1
  );
}

/** What is different in terminals that go on from a snapshot, without and with what is above the screen. */
async function found(seed: number): Promise<string[]> {
  const one = makeCase(seed);
  const { size, scrollback, data } = await snapshotAfter(one);
  const unbroken = new PlainTerminal(one.size, one.scrollback);
  const whole = new PlainTerminal(size, one.scrollback);
  const screen = new PlainTerminal(size, one.scrollback);
  run(unbroken, one.before);
  whole.write(scrollback);
  whole.write(data);
  screen.write(data);
  const atOnce = [...differences(unbroken, whole, true), ...differences(unbroken, screen, false)];
  if (atOnce.length > 0)
    return cannotBeMade(unbroken) && atOnce.length === 2 ? [] : atOnce.map((text) => `at once: ${text}`);
  // Without the lines above, a change of size has nothing to bring down from there.
  const sized = one.after.findIndex(({ type }) => type === 'size');
  const same = sized < 0 ? one.after : one.after.slice(0, sized);
  run(screen, same);
  run(unbroken, same);
  const later = differences(unbroken, screen, false).map((text) => `later, screen: ${text}`);
  run(unbroken, one.after.slice(same.length));
  run(whole, one.after);
  later.push(...differences(unbroken, whole, true).map((text) => `later, whole: ${text}`));
  for (const terminal of [unbroken, whole, screen]) terminal.close();
  return later;
}

test(
  `of ${STREAMS} streams none differs after a cut`,
  async () => {
    const differing: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + STREAMS; seed += 1) {
      const [first] = await found(seed);
      if (first !== undefined) differing.push(`${seed}: ${first}`);
    }
    expect(differing.slice(0, SHOWN)).toEqual([]);
  },
  60_000 + STREAMS * 200,
);
