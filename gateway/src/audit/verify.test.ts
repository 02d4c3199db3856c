import type { AuditEvent } from './events';
import { NO_HASH, hashOf, nextLine } from './line';
import type { Chain } from './line';
import { verifyText } from './testing/lines';
import { Verification, readLine } from './verify';

const TIME = '2026-01-01T00:00:00.000Z';
const event: AuditEvent = { event: 'auth.signed-in', actor: { kind: 'person', id: 'alice' }, method: 'password' };

/** Lines of one writer: opened, signed in `count` times, closed. */
function chained(count: number, head = NO_HASH, writer = '00000000-0000-4000-8000-000000000001'): string[] {
  const opened: AuditEvent = { event: 'audit.opened', actor: { kind: 'gateway' }, torn: false };
  const closed: AuditEvent = { event: 'audit.closed', actor: { kind: 'gateway' } };
  let chain: Chain = { writer, seq: 0, head };
  return [opened, ...Array<AuditEvent>(count).fill(event), closed].map((one) => {
    const line = nextLine(chain, one, TIME);
    chain = line.chain;
    return line.text;
  });
}

const hashIn = (line: string) => (JSON.parse(line) as { hash: string }).hash;
const problemOf = async (lines: string[]) => (await verifyText(lines.join('\n'))).problem;
const SECOND = '00000000-0000-4000-8000-000000000002';

test('a chain as it was written holds', async () => {
  expect(await verifyText(chained(5).join('\n'))).toEqual({
    lines: 7,
    others: 0,
    writers: 1,
    from: TIME,
    to: TIME,
    head: hashIn(chained(5).at(-1)!),
    problem: null,
    gaps: [],
    notes: [],
  });
});

test('a changed line is found', async () => {
  const lines = chained(5);
  lines[3] = lines[3]!.replace('alice', 'mallory');
  expect(await problemOf(lines)).toBe('lines:4 was changed: its hash is not that of its content.');
});

test('a changed line with its hash made anew is found by the next', async () => {
  const lines = chained(5);
  const forged = JSON.parse(lines[3]!.replace('alice', 'mallory')) as Record<string, unknown>;
  lines[3] = JSON.stringify({ ...forged, hash: hashOf(forged) });
  expect(await problemOf(lines)).toBe('lines:5 does not follow: the line before it was replaced.');
});

test('every removed line is found', async () => {
  const lines = chained(5);
  for (let at = 0; at < lines.length - 1; at += 1) {
    const rest = lines.filter((_, n) => n !== at);
    const { problem, gaps } = await verifyText(rest.join('\n'));
    if (at === 0) expect(gaps[0]).toContain('lines:1 begins inside a chain: 1 earlier');
    else expect(problem).toBe(`lines:${at + 1} does not follow: 1 line is missing before it.`);
  }
  const cut = await verifyText(lines.slice(0, -1).join('\n'));
  expect(cut.gaps).toEqual([expect.stringContaining('has no closing line after line 5')]);
});

test('an end that was cut is found when a hash from before the cut is known', async () => {
  const lines = chained(5);
  const known = hashIn(lines[5]!);
  expect((await verifyText(lines.slice(0, 6).join('\n'), { expected: known })).problem).toBeNull();
  expect((await verifyText(lines.slice(0, 5).join('\n'), { expected: known })).problem).toBe(
    `No line has the hash ${known}. The end is missing, or these are other files.`,
  );
});

test('swapped and repeated lines are found', async () => {
  const lines = chained(5);
  expect(await problemOf([...lines.slice(0, 2), lines[3]!, lines[2]!, ...lines.slice(4)])).toMatch(/^lines:3 does not/);
  expect(await problemOf([...lines.slice(0, 3), lines[2]!, ...lines.slice(3)])).toBe(
    'lines:4 is out of order, or there twice.',
  );
});

test('a writer whose end was cut is found by the one after it', async () => {
  const first = chained(3);
  const second = chained(1, hashIn(first.at(-1)!), SECOND);
  expect(await problemOf([...first, ...second])).toBeNull();
  expect(await problemOf([...first.slice(0, -1), ...second])).toBe(
    'lines:5 does not follow: the end of the writer before it is missing.',
  );
});

test('writers between each other each have to be whole', async () => {
  const [first, second] = [chained(3), chained(3, NO_HASH, SECOND)];
  const mixed = first.flatMap((line, at) => [line, second[at]!]);
  expect(await verifyText(mixed.join('\n'))).toMatchObject({ problem: null, gaps: [], notes: [], writers: 2 });
  expect(await problemOf(mixed.filter((_, at) => at !== 3))).toMatch(/1 line is missing/);
  expect(await problemOf(mixed.filter((_, at) => at !== 1))).toMatch(/1 lines of its writer are missing/);
});

test('a collector may order the fields of a line anew', async () => {
  const lines = chained(2).map((line) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse()), null, 1).replace(
      /\n/g,
      '',
    ),
  );
  expect(await problemOf(lines)).toBeNull();
});

test('an audit line without a place in a chain is a problem, not another log', async () => {
  expect(await problemOf([...chained(1), '{"type":"audit","event":"auth.signed-in"}'])).toMatch(/no place in a chain/);
});

test('half a line that nobody owns up to is a problem', async () => {
  const lines = chained(2);
  expect(await problemOf([lines[0]!, lines[1]!.slice(0, 50), ...lines.slice(1)])).toMatch(/^lines:2 is half a line/);
});

/** Whether a log is said to be whole, whose newest line was `head`. */
async function isWhole(lines: readonly string[], head: string): Promise<boolean> {
  const { problem, gaps, lines: count } = await verifyText(lines.join('\n'), { expected: hashIn(head) });
  return problem === null && gaps.length === 0 && count > 0;
}

const without = (lines: readonly string[], from: number, to: number) => [...lines.slice(0, from), ...lines.slice(to)];

test('whatever range of a small log is removed, it is no longer whole', async () => {
  const first = chained(4);
  // The second writer was killed, the third has found its end.
  const second = chained(4, hashIn(first.at(-1)!), SECOND).slice(0, -1);
  const log = [...first, ...second, ...chained(4, hashIn(second.at(-1)!), '00000000-0000-4000-8000-000000000003')];
  expect(await isWhole(log, log.at(-1)!)).toBe(true);
  for (let from = 0; from < log.length; from += 1)
    for (let to = from + 1; to <= log.length; to += 1)
      expect([from, to, await isWhole(without(log, from, to), log.at(-1)!)]).toEqual([from, to, false]);
});

test('whatever range of a large log is removed, it is no longer whole', () => {
  const log: string[] = [];
  // One writer in three was killed: the next one has found its end.
  for (let writer = 1; writer <= 30; writer += 1) {
    const id = `00000000-0000-4000-8000-${String(writer).padStart(12, '0')}`;
    const lines = chained(30, log.length === 0 ? NO_HASH : hashIn(log.at(-1)!), id);
    log.push(...(writer % 3 === 0 ? lines.slice(0, -1) : lines));
  }
  // What each line is by itself does not depend on its neighbours: it is read once.
  const read = log.map(readLine);
  const expected = hashIn(log.at(-1)!);
  const isWholeWithout = (from: number, to: number) => {
    const verification = new Verification({ after: null, expected });
    for (const [at, line] of read.entries()) {
      if (verification.report.problem !== null) break;
      if (at < from || at >= to) verification.take(`lines:${at + 1}`, line);
    }
    const { problem, gaps, lines } = verification.finish();
    return problem === null && gaps.length === 0 && lines > 0;
  };
  expect(log.length).toBeGreaterThan(900);
  expect(isWholeWithout(0, 0)).toBe(true);
  let state = 1;
  const below = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  for (let round = 0; round < 10_000; round += 1) {
    const from = below(log.length);
    const to = from + 1 + below(log.length - from);
    if (isWholeWithout(from, to)) throw new Error(`Nobody notices that lines ${from} to ${to} are gone.`);
  }
});

test('files that go on where others ended are whole if the hash before them is known', async () => {
  const lines = chained(5);
  const rest = lines.slice(3).join('\n');
  expect((await verifyText(rest)).gaps).toEqual([
    'lines:1 begins inside a chain: 3 earlier lines of its writer are not in these files.',
  ]);
  expect((await verifyText(rest, { after: hashIn(lines[2]!) })).gaps).toEqual([]);
  expect((await verifyText(rest, { after: hashIn(lines[1]!) })).gaps).toHaveLength(1);
});
