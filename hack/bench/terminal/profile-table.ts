/** Where our processes spend their time, from the CPU profiles that Node.js has written (`--cpu-prof`), as Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROWS = 12;
/** What is nobody's work. */
const WAITING = new Set(['(idle)', '(root)']);

/** The part of https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile that is read. Microseconds. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Per cent of each process' busy time, by function. The busiest session-runner stands for all. */
export function profileTable(directory: string): string {
  const profiles = readdirSync(directory)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => selfTimes(JSON.parse(readFileSync(join(directory, name), 'utf8')) as Profile));
  const busiest = (isRunner: boolean) =>
    profiles
      .filter((times) => [...times.keys()].some((name) => name.includes('session-runner.js')) === isRunner)
      .sort((a, b) => busy(b) - busy(a))[0];
  return [['gateway', busiest(false)] as const, ['session-runner', busiest(true)] as const]
    .flatMap(([name, times]) => (times === undefined ? [] : [table(name, times)]))
    .join('\n\n');
}

const busy = (times: Map<string, number>) => [...times.values()].reduce((sum, time) => sum + time, 0);

function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => {
      const place = url === '' ? '' : ` (${url.startsWith('node:') ? url : basename(url)})`;
      return [id, (functionName === '' ? '(anonymous)' : functionName) + place];
    }),
  );
  const times = new Map<string, number>();
  samples.forEach((id, at) => {
    const name = names.get(id) ?? '?';
    if (!WAITING.has(name)) times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return times;
}

function table(process: string, times: Map<string, number>): string {
  const all = busy(times);
  const rows = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, ROWS)
    .map(([name, time]) => `| ${name} | ${((time / all) * 100).toFixed(1)} |`);
  return [`| ${process}: ${(all / 1e6).toFixed(1)} s busy, by function | % |`, '| --- | --- |', ...rows].join('\n');
}
