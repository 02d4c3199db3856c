/**
 * What a runner tells Prometheus: the families of one session, in the text format (version 0.0.4). Written here because the
 * usual library takes 12 MB of the memory of each session.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { RunnerMeasure, RunnerReport } from '@claude-webui/protocol';
import { COMMAND_SECONDS_BUCKETS, commandGroup } from '@claude-webui/protocol';

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Histogram {
  /** Observations up to the bound of the same index. */
  counts: number[];
  sum: number;
  total: number;
}

export class RunnerMetrics {
  private drops = 0;
  /** By command group: a closed set. */
  private readonly commands = new Map<string, Histogram>();
  private lastLoop = performance.eventLoopUtilization();

  measure(measure: RunnerMeasure): void {
    if (measure.name === 'backpressure-drop') this.drops += 1;
    else if (measure.name === 'command') this.observe(commandGroup(measure.group), measure.seconds);
  }

  private observe(group: string, seconds: number): void {
    const histogram = this.commands.get(group) ?? { counts: COMMAND_SECONDS_BUCKETS.map(() => 0), sum: 0, total: 0 };
    this.commands.set(group, histogram);
    COMMAND_SECONDS_BUCKETS.forEach((bound, at) => {
      if (seconds <= bound) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
    });
    histogram.sum += seconds;
    histogram.total += 1;
  }

  /** @param report null while the runner is nobody's */
  exposition(report: RunnerReport | null): string {
    const { user, system } = process.cpuUsage();
    const loop = performance.eventLoopUtilization();
    const utilization = performance.eventLoopUtilization(loop, this.lastLoop).utilization;
    this.lastLoop = loop;
    return [
      family('app_output_backpressure_drops_total', 'counter', [['', this.drops]]),
      family('app_command_latency_seconds', 'histogram', [...this.commands].flatMap(histogramSeries)),
      family('session_runner_bound', 'gauge', [['', report === null ? 0 : 1]]),
      family('session_runner_attachments', 'gauge', [['', report?.attachments ?? 0]]),
      family('process_cpu_user_seconds_total', 'counter', [['', user / 1e6]]),
      family('process_cpu_system_seconds_total', 'counter', [['', system / 1e6]]),
      family('process_resident_memory_bytes', 'gauge', [['', residentBytes()]]),
      family('process_open_fds', 'gauge', [['', openDescriptors()]]),
      family('process_start_time_seconds', 'gauge', [['', performance.timeOrigin / 1000]]),
      family('nodejs_eventloop_utilization', 'gauge', [['', utilization]]),
    ].join('');
  }
}

const HELP = {
  app_output_backpressure_drops_total:
    'Times an observer lagged so far that it was given a snapshot in the place of output.',
  app_command_latency_seconds: 'Programs and tools of this session, from start to exit.',
  session_runner_bound: 'Whether this runner is bound to a session.',
  session_runner_attachments: 'Attachments to this session, drivers and observers.',
  process_cpu_user_seconds_total: 'CPU time of the runner in user space; the CLI is another process.',
  process_cpu_system_seconds_total: 'CPU time of the runner in the kernel.',
  process_resident_memory_bytes: 'Resident memory of the runner.',
  process_open_fds: 'Open file descriptors of the runner.',
  process_start_time_seconds: 'When the runner was started, in seconds since the epoch.',
  nodejs_eventloop_utilization: 'Share of the time since the last scrape in which the event loop was busy, 0 to 1.',
} as const;

/** Suffix with labels, and value. */
type Series = [string, number];

function family(name: keyof typeof HELP, type: string, series: Series[]): string {
  const head = `# HELP ${name} ${HELP[name]}\n# TYPE ${name} ${type}\n`;
  return head + series.map(([suffix, value]) => `${name}${suffix} ${value}\n`).join('');
}

function histogramSeries([group, { counts, sum, total }]: [string, Histogram]): Series[] {
  const label = `command_group="${group}"`;
  return [
    ...COMMAND_SECONDS_BUCKETS.map((bound, at): Series => [`_bucket{${label},le="${bound}"}`, counts[at] ?? 0]),
    [`_bucket{${label},le="+Inf"}`, total],
    [`_sum{${label}}`, sum],
    [`_count{${label}}`, total],
  ];
}

function residentBytes(): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
