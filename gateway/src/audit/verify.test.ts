import type { AuditEvent } from './events';
import { NO_HASH, hashOf, nextLine } from './line';
import type { Chain } from './line';
import { TIME, chained, event, hashIn } from './testing/chain';
import { verifyText } from './testing/lines';
import { Verification, readLine } from './verify';

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

test('files that go on where others ended are whole if the hash before them is known', async () => {
  const lines = chained(5);
  const rest = lines.slice(3).join('\n');
  expect((await verifyText(rest)).gaps).toEqual([
    'lines:1 begins inside a chain: 3 earlier lines of its writer are not in these files.',
  ]);
  expect((await verifyText(rest, { after: hashIn(lines[2]!) })).gaps).toEqual([]);
  expect((await verifyText(rest, { after: hashIn(lines[1]!) })).gaps).toHaveLength(1);
});

test('lines of other logs are counted and in nobody’s way', async () => {
  const [opened = '', ...rest] = chained(2);
  const others = ['a program says', '{"type":"log","msg":"x"}', 'null', '5', '["audit"]', '"audit"', '{}', ' {', '[{'];
  const report = await verifyText([opened, '', ...others, '  ', '\t', ...rest].join('\n'));
  expect(report).toMatchObject({ problem: null, gaps: [], notes: [], lines: 4, others: others.length });
});

test.each([
  ['type', undefined, 'other'],
  ['event', undefined, 'malformed'],
  ['time', undefined, 'malformed'],
  ['time', 5, 'malformed'],
  ['writer', undefined, 'malformed'],
  ['seq', -1, 'malformed'],
  ['seq', 'x', 'malformed'],
  ['prev', undefined, 'malformed'],
  ['hash', undefined, 'malformed'],
  ['torn', 'yes', 'malformed'],
  ['actor', undefined, 'changed'],
  ['more', 1, 'changed'],
])('a line whose %s is made %s is %s', (name, value, kind) => {
  const line = { ...(JSON.parse(chained(1)[1]!) as object), [name]: value };
  expect(readLine(JSON.stringify(line))).toBe(kind);
});

describe('half a line', () => {
  const first = chained(2).slice(0, -1);
  const half = chained(2).at(-1)!.slice(0, 80);
  /** What a start writes after `torn` says what it has found. */
  const started = (torn: boolean, head = hashIn(first.at(-1)!)) => {
    const events: AuditEvent[] = [
      { event: 'audit.opened', actor: { kind: 'gateway' }, torn },
      { event: 'audit.closed', actor: { kind: 'gateway' } },
    ];
    let chain: Chain = { writer: SECOND, seq: 0, head };
    return events.map((one) => {
      const line = nextLine(chain, one, TIME);
      chain = line.chain;
      return line.text;
    });
  };
  const isHalf = /^lines:4 is half a line, and no start of a server says so/;

  test('is explained by the start after it that has noticed, whatever other logs say between them', async () => {
    expect(await verifyText([...first, half, '', 'other', ...started(true)].join('\n'))).toMatchObject({
      problem: null,
      gaps: [],
      lines: 5,
      notes: [
        'lines:4 is half a line: its writer was killed, or the disk was full. The next one has noticed.',
        expect.stringContaining('was killed after line 2; the next writer has found its end.'),
      ],
    });
  });

  test('explained once is not explained again', async () => {
    const { problem } = await verifyText([...first, half, ...started(true), half].join('\n'));
    expect(problem).toMatch(/^lines:7 is half a line/);
  });

  test.each([
    ['a start that has found none', [half, ...started(false)]],
    ['another event', [half, chained(3)[3]!]],
    ['another half', [half, half, ...started(true)]],
    ['the end of the log', [half]],
    ['what is no audit line', [half, 'other']],
  ])('is a problem before %s', async (_what, rest) => {
    const { problem, notes } = await verifyText([...first, ...rest].join('\n'));
    expect(problem).toMatch(isHalf);
    expect(notes).toEqual([]);
  });

  test('is a problem before an event that only says that it has found one', async () => {
    const { writer, seq, hash: prev } = JSON.parse(first.at(-1)!) as { writer: string; seq: number; hash: string };
    const fields = { type: 'audit', time: TIME, event: 'auth.signed-in', torn: true, writer, seq: seq + 1, prev };
    const claiming = JSON.stringify({ ...fields, hash: hashOf(fields) });
    expect(await problemOf([...first, half, claiming])).toMatch(isHalf);
  });
});

test('the report says from when to when, how far it holds, and only the first thing that is wrong', async () => {
  let chain: Chain = { writer: SECOND, seq: 0, head: NO_HASH };
  const lines = [1, 2, 3, 4].map((day) => {
    const opened: AuditEvent = { event: 'audit.opened', actor: { kind: 'gateway' }, torn: false };
    const line = nextLine(chain, day === 1 ? opened : event, `2026-01-0${day}T00:00:00.000Z`);
    chain = line.chain;
    return line.text;
  });
  const report = await verifyText([...lines.slice(0, 3), lines[1], '{"type":"audit"}', lines[3]].join('\n'));
  expect(report).toMatchObject({
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-03T00:00:00.000Z',
    head: hashIn(lines[2]!),
    lines: 3,
    problem: 'lines:4 is out of order, or there twice.',
  });
});

test('nothing at all is no problem by itself, and one if a hash is known', async () => {
  const nothing = { lines: 0, writers: 0, from: null, to: null, head: null, gaps: [], notes: [] };
  expect(await verifyText('')).toEqual({ ...nothing, others: 0, problem: null });
  expect((await verifyText('', { expected: NO_HASH })).problem).toMatch(/^No line has the hash/);
});

test('several lines that are missing are counted', async () => {
  const lines = chained(5);
  expect(await problemOf([...lines.slice(0, 2), ...lines.slice(4)])).toBe(
    'lines:3 does not follow: 2 lines are missing before it.',
  );
});

test('a line of a writer that has closed is one too many', async () => {
  const lines = chained(1);
  const { writer, seq, hash: head } = JSON.parse(lines.at(-1)!) as { writer: string; seq: number; hash: string };
  const late = nextLine({ writer, seq: seq + 1, head }, event, TIME).text;
  expect(await problemOf([...lines, late])).toBe(
    'lines:4 does not follow: 3 lines of its writer are missing before it.',
  );
});

test('logs that begin inside of several chains name each, and a chain that begins later must begin at its first line', async () => {
  const [first, second] = [chained(3).slice(1), chained(3, NO_HASH, SECOND).slice(2)];
  const { problem, gaps, writers } = await verifyText([first[0], ...second, ...first.slice(1)].join('\n'));
  expect({ problem, writers }).toEqual({ problem: null, writers: 2 });
  expect(gaps).toEqual([
    'lines:1 begins inside a chain: 1 earlier lines of its writer are not in these files.',
    'lines:2 begins inside a chain: 2 earlier lines of its writer are not in these files.',
  ]);
  const whole = chained(3);
  expect(await problemOf([whole[0]!, ...second, ...whole.slice(1)])).toBe(
    'lines:2 does not follow: 2 lines of its writer are missing before it.',
  );
});

test('the first writer may follow files that are not here, the next one may not', async () => {
  const elsewhere = 'a'.repeat(64);
  expect(await verifyText(chained(1, elsewhere).join('\n'))).toMatchObject({
    problem: null,
    gaps: ['lines:1 follows a line that is not in these files.'],
  });
  expect((await verifyText(chained(1, elsewhere).join('\n'), { after: elsewhere })).gaps).toEqual([]);
  expect(await problemOf([...chained(1), ...chained(1, elsewhere, SECOND)])).toBe(
    'lines:4 does not follow: the end of the writer before it is missing.',
  );
});

test('a writer without an end is a gap, unless the newest line is known', async () => {
  const running = chained(3).slice(0, -1);
  const open = [
    expect.stringContaining('has no closing line after line 3: it runs, was killed, or its end was cut off.'),
  ];
  expect(await verifyText(running.join('\n'))).toMatchObject({ problem: null, gaps: open, notes: [] });
  const expected = hashIn(running[1]!);
  expect(await verifyText(running.join('\n'), { expected })).toMatchObject({ problem: null, gaps: [], notes: open });
});

test('a writer that another has found dead is over, and one that goes on beside another is not', async () => {
  const killed = chained(2).slice(0, -1);
  const next = chained(2, hashIn(killed.at(-1)!), SECOND);
  const { gaps, notes } = await verifyText([...killed, ...next].join('\n'));
  expect({ gaps, notes: notes.length }).toEqual({ gaps: [], notes: 1 });
  // Its line is there after all: the end that was found was none.
  expect(await problemOf([...killed, ...next, chained(3)[3]!])).toBe(
    'lines:8 does not follow: 3 lines of its writer are missing before it.',
  );
  // A second start that found an earlier line of a writer ends nothing.
  const beside = chained(2, hashIn(killed[1]!), SECOND);
  expect((await verifyText([...killed, ...beside].join('\n'))).gaps).toHaveLength(1);
});

describe('without end', () => {
  const hash = (n: number) => n.toString(16).padStart(64, '0');
  const opened = (n: number, prev = NO_HASH) => ({
    type: 'audit' as const,
    event: 'audit.opened',
    time: TIME,
    writer: `writer ${n}`,
    seq: 0,
    prev,
    hash: hash(n),
  });
  const closed = (n: number) => ({
    ...opened(n),
    event: 'audit.closed',
    seq: 1,
    prev: hash(n),
    hash: hash(1_000_000 + n),
  });
  const LIMIT = 10_000;

  test.each([
    ['the first of as many writers as are remembered still has its end', LIMIT, null],
    ['one more, and it is forgotten', LIMIT + 1, /^x does not follow: 1 lines of its writer are missing/],
  ])('%s', (_what, writers, problem) => {
    const verification = new Verification({ after: null, expected: null });
    for (let n = 1; n <= writers; n += 1) verification.take('x', opened(n));
    verification.take('x', closed(1));
    if (problem === null) expect(verification.report.problem).toBeNull();
    else expect(verification.report.problem).toMatch(problem);
  });

  test.each([
    ['a writer may follow the oldest of as many lines as are remembered', LIMIT, null],
    ['not one that is older', LIMIT + 1, 'x does not follow: the end of the writer before it is missing.'],
  ])('%s', (_what, writers, problem) => {
    const verification = new Verification({ after: null, expected: null });
    for (let n = 1; n <= writers; n += 1) verification.take('x', opened(n));
    verification.take('x', opened(writers + 1, hash(1)));
    expect(verification.report.problem).toBe(problem);
    if (problem === null) expect(verification.report.notes).toHaveLength(1);
  });

  test('there are a hundred remarks, and no more', () => {
    const verification = new Verification({ after: null, expected: null });
    for (let n = 1; n <= 200; n += 1) verification.take('x', opened(n));
    expect(verification.finish().gaps).toHaveLength(100);
  });
});
