/** The results as Markdown. */
import type { Bar } from './bars';
import type { Idle } from './measurements/rest';
import type { PeerResults, Results } from './results';
import { median } from './statistics';

const NONE = '–';

/** Median and, with several rounds, the least and the most. */
function spread(numbers: readonly number[], digits: number): string {
  const known = numbers.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return NONE;
  const middle = median(known).toFixed(digits);
  if (known.length === 1) return middle;
  return `${middle} (${Math.min(...known).toFixed(digits)}–${Math.max(...known).toFixed(digits)})`;
}

const COLUMNS: readonly { title: string; value: (peer: PeerResults) => string }[] = [
  { title: '', value: ({ name }) => name },
  {
    title: 'echo p50 µs',
    value: ({ echo }) =>
      spread(
        echo.map(({ p50 }) => p50),
        0,
      ),
  },
  {
    title: 'p95',
    value: ({ echo }) =>
      spread(
        echo.map(({ p95 }) => p95),
        0,
      ),
  },
  {
    title: 'p99',
    value: ({ echo }) =>
      spread(
        echo.map(({ p99 }) => p99),
        0,
      ),
  },
  {
    title: 'beside a flood p50 ms',
    value: ({ floodedEcho }) =>
      spread(
        floodedEcho.map(({ p50 }) => p50 / 1000),
        2,
      ),
  },
  {
    title: 'p95 ms',
    value: ({ floodedEcho }) =>
      spread(
        floodedEcho.map(({ p95 }) => p95 / 1000),
        1,
      ),
  },
  {
    title: 'bulk MB/s',
    value: ({ bulk }) =>
      spread(
        bulk.map((result) => result.megabytesPerSecond),
        1,
      ),
  },
  {
    title: 'CPU s/100 MB',
    value: ({ bulk }) =>
      spread(
        bulk.map(({ cpuPer100 }) => cpuPer100 ?? NaN),
        2,
      ),
  },
  { title: 'all bytes right', value: ({ bulk }) => exactness(bulk) },
  { title: 'connect → program ms', value: ({ connectMs }) => spread(connectMs, 0) },
  {
    title: 'stopped 5 s: growth MB',
    value: ({ stoppedReader }) =>
      spread(
        stoppedReader.map(({ growth }) => growth),
        1,
      ),
  },
  {
    title: 'Ctrl-C ms',
    value: ({ interrupt }) =>
      spread(
        interrupt.map(({ ms }) => ms),
        0,
      ),
  },
  {
    title: 'MB after Ctrl-C',
    value: ({ interrupt }) =>
      spread(
        interrupt.map(({ megabytes }) => megabytes),
        2,
      ),
  },
  { title: 'after a cut', value: ({ cuts }) => afterCut(cuts) },
];

function exactness(bulk: PeerResults['bulk']): string {
  if (bulk.length === 0) return NONE;
  return bulk.every(({ exact }) => exact) ? 'yes' : 'no';
}

function afterCut(cuts: PeerResults['cuts']): string {
  const [first] = cuts;
  if (first === undefined) return NONE;
  if (!first.alive) return 'program dead';
  if (first.lost === null) return 'program lives, no exact return';
  return `${first.cuts} cuts: ${Math.max(...cuts.map(({ lost }) => lost ?? 0))} lost, ${Math.max(...cuts.map(({ twice }) => twice ?? 0))} twice`;
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

export function peerTable({ peers, absent }: Results): string {
  const lines = [row(COLUMNS.map(({ title }) => title)), row(COLUMNS.map(() => '---'))];
  for (const peer of peers) lines.push(row(COLUMNS.map(({ value }) => value(peer))));
  for (const { name, why } of absent) lines.push('', `Not here: ${name} (${why}).`);
  for (const { name, problems } of peers) for (const problem of problems) lines.push('', `${name}: ${problem}.`);
  return lines.join('\n');
}

export function ownTable({ own, peers }: Results): string {
  const ours = peers.find(({ name }) => name === 'Claude Code WebUI');
  const { idle } = own;
  const rows: [string, string][] = [
    [
      'echo p50 µs, first keys of a gateway and session that have just started',
      spread(ours?.echo.map(({ first }) => first) ?? [], 0),
    ],
    ['attach to a running session, first byte, ms', spread(own.attachMs, 1)],
    [
      'gateway’s part of the CPU s/100 MB',
      spread(ours?.bulk.map(({ rootCpuPer100 }) => rootCpuPer100 ?? NaN) ?? [], 2),
    ],
    ['CPU s/100 MB of a Node.js program that reads the terminal and throws it away', spread(own.readingAlone, 2)],
    [
      '1 MB paste ignored for 5 s: % of a core',
      spread(
        own.paste.map(({ cpu }) => cpu),
        1,
      ),
    ],
  ];
  const [first] = idle;
  if (first !== undefined) {
    const column = (value: (measured: Idle) => number, digits: number) => spread(idle.map(value), digits);
    rows.push(
      [`gateway for each of ${first.sessions} idle sessions, kB`, column((it) => it.gatewayKilobytes, 0)],
      ['session-runner at rest, MB resident', column((it) => it.runnerMegabytes, 1)],
      ['… with shared pages counted by their share', column((it) => it.runnerSharedMegabytes, 1)],
      [`gateway with ${first.sessions} idle sessions, % of a core`, column((it) => it.gatewayCpu, 2)],
      ['a session-runner at rest, % of a core', column((it) => it.runnersCpu / it.sessions, 3)],
    );
  }
  return [row(['ours alone', '']), row(['---', '---']), ...rows.map(row)].join('\n');
}

export function barTable(bars: readonly Bar[]): string {
  const verdict = ({ met }: Bar) => (met === null ? 'not measured' : met ? 'met' : 'missed');
  const rows = bars.map((bar) => row([bar.name, bar.found, verdict(bar)]));
  return [row(['bar', 'found', '']), row(['---', '---', '---']), ...rows].join('\n');
}
