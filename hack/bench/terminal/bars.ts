/** What we have set ourselves, held against what was measured. */
import type { PeerResults, Results } from './results';
import { median, percentile } from './statistics';

export interface Bar {
  name: string;
  /** What was found, for people. */
  found: string;
  /** Null: not measured in this run. */
  met: boolean | null;
}

const OURS = 'Claude Code WebUI';

const echo50 = ({ echo }: PeerResults) => median(echo.map(({ p50 }) => p50));
const echo99 = ({ echo }: PeerResults) => median(echo.map(({ p99 }) => p99));
const speed = ({ bulk }: PeerResults) => median(bulk.map(({ megabytesPerSecond }) => megabytesPerSecond));
const cpu = ({ bulk }: PeerResults) => median(bulk.map(({ cpuPer100 }) => cpuPer100 ?? NaN));

function bar(name: string, values: readonly number[], found: string, met: boolean): Bar {
  return values.some((value) => Number.isNaN(value)) ? { name, found: '–', met: null } : { name, found, met };
}

/** Every bar, in the order in which they were set. */
export function barsOf({ peers, own }: Results): Bar[] {
  const ours = peers.find(({ name }) => name === OURS);
  if (ours === undefined) return [];
  const named = (name: string) => peers.find((peer) => peer.name === name);
  const limits = ['PTY loop in C', 'node-pty in process', 'OpenSSH'];
  const others = peers.filter(({ name, bulk }) => name !== OURS && !limits.includes(name) && bulk.length > 0);
  const ssh = named('OpenSSH');
  const pty = named('node-pty in process');
  const ratio = (a: number, b: number | undefined) => a / (b ?? NaN);
  const times = (value: number) => `${value.toFixed(2)} ×`;

  const echoToSsh = ratio(echo50(ours), ssh && echo50(ssh));
  const slower50 = others.filter((peer) => echo50(peer) < echo50(ours)).map(({ name }) => name);
  const slower99 = others.filter((peer) => echo99(peer) < echo99(ours)).map(({ name }) => name);
  const speedToPty = ratio(speed(ours), pty && speed(pty));
  const faster = [...others, ...(ssh === undefined ? [] : [ssh])].filter((peer) => speed(peer) > speed(ours));
  const cpuToSsh = ratio(cpu(ours), ssh && cpu(ssh));
  const flooded50 = median(ours.floodedEcho.map(({ p50 }) => p50)) / 1000;
  const flooded95 = median(ours.floodedEcho.map(({ p95 }) => p95)) / 1000;
  const growth = median(ours.stoppedReader.map((result) => result.growth));
  const lost = Math.max(...ours.stoppedReader.map((result) => result.lost));
  const endMs = median(ours.interrupt.map(({ ms }) => ms));
  const endMegabytes = median(ours.interrupt.map(({ megabytes }) => megabytes));
  const [cuts] = ours.cuts.toSorted((a, b) => (b.lost ?? 0) + (b.twice ?? 0) - (a.lost ?? 0) - (a.twice ?? 0));
  const attach = percentile(own.attachMs, 0.5);
  const pasteCpu = median(own.paste.map((paste) => paste.cpu));
  const namesOf = (names: string[]) => (names.length === 0 ? 'below all' : `behind ${names.join(', ')}`);

  return [
    bar('Echo p50 ≤ 1.3 × OpenSSH', [echoToSsh], times(echoToSsh), echoToSsh <= 1.3),
    bar('Echo p50 below the web terminals', [echo50(ours)], namesOf(slower50), slower50.length === 0),
    bar('Echo p99 below the web terminals', [echo99(ours)], namesOf(slower99), slower99.length === 0),
    bar('Bulk output ≥ 0.9 × node-pty in process', [speedToPty], times(speedToPty), speedToPty >= 0.9),
    bar(
      'Bulk output above every server in the table',
      [speed(ours)],
      faster.length === 0 ? 'above all' : `behind ${faster.map(({ name }) => name).join(', ')}`,
      faster.length === 0,
    ),
    bar('CPU per 100 MB ≤ 1.0 × OpenSSH', [cpuToSsh], times(cpuToSsh), cpuToSsh <= 1),
    bar('Beside a flood: echo p50 ≤ 2 ms', [flooded50], `${flooded50.toFixed(2)} ms`, flooded50 <= 2),
    bar('Beside a flood: echo p95 ≤ 10 ms', [flooded95], `${flooded95.toFixed(2)} ms`, flooded95 <= 10),
    bar('Reader stopped 5 s: growth < 10 MB', [growth], `${growth.toFixed(1)} MB`, growth < 10),
    bar('Reader stopped 5 s: 0 bytes lost', [lost + growth], `${lost}`, lost === 0),
    bar('Ctrl-C after a 2 s stop: end within 50 ms', [endMs], `${endMs.toFixed(0)} ms`, endMs <= 50),
    bar('… and under 0.5 MB delivered', [endMegabytes], `${endMegabytes.toFixed(2)} MB`, endMegabytes < 0.5),
    bar(
      '50 cuts in mid-output: alive, 0 lost, 0 twice',
      [cuts === undefined ? NaN : 0],
      `${cuts?.cuts ?? 0} cuts, ${cuts?.alive === true ? 'alive' : 'dead'}, ${cuts?.lost ?? '?'} lost, ${cuts?.twice ?? '?'} twice`,
      cuts?.alive === true && cuts.lost === 0 && cuts.twice === 0,
    ),
    bar('Attach to a running session: p50 < 20 ms', [attach], `${attach.toFixed(1)} ms`, attach < 20),
    ...restBars(own),
    bar(
      'Ignored 1 MB paste: < 2 % of a core, arrives whole',
      [pasteCpu],
      `${pasteCpu.toFixed(1)} %, ${own.paste.every(({ whole }) => whole) ? 'whole' : 'not whole'}`,
      pasteCpu < 2 && own.paste.every(({ whole }) => whole),
    ),
  ];
}

function restBars({ idle }: Results['own']): Bar[] {
  const runner = median(idle.map(({ runnerMegabytes }) => runnerMegabytes));
  const cpuEach = median(idle.map(({ runnersCpu, sessions }) => runnersCpu / sessions));
  const gateway = median(idle.map(({ gatewayKilobytes }) => gatewayKilobytes));
  return [
    bar('Session-runner at rest < 60 MB', [runner], `${runner.toFixed(1)} MB`, runner < 60),
    bar('… and ≤ 0.1 % of a core', [cpuEach], `${cpuEach.toFixed(3)} %`, cpuEach <= 0.1),
    bar('Gateway < 150 kB for an idle session', [gateway], `${gateway.toFixed(0)} kB`, gateway < 150),
  ];
}
