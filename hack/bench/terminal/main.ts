/** `npm run bench:terminal`: the same work through every terminal server that can be had, in turns. See --help. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { barsOf } from './bars';
import { measureBulk, warmUpBulk } from './measurements/bulk';
import { measureAttach, measureConnect } from './measurements/connect';
import { measureCut, measureOurCuts } from './measurements/cuts';
import { measureEcho } from './measurements/echo';
import { measureReadingAlone } from './measurements/reading-alone';
import { measureIdle, measureIgnoredPaste } from './measurements/rest';
import { measureInterrupt, measureStoppedReader } from './measurements/stopped-reader';
import { besideFlood } from './neighbour';
import type { Bench, Peer, RunningPeer } from './peer';
import { PEERS } from './peers';
import { ours } from './peers/ours';
import type { OwnResults, PeerResults, Results } from './results';
import { noResults } from './results';
import { runToEnd } from './server-process';
import { profileTable } from './profile-table';
import { barTable, ownTable, peerTable } from './table';
import { Terminal } from './terminal';

const HELP = `npm run bench:terminal -- [options]
  --rounds N      turns that every server gets (3)
  --quick         one turn of small sizes, two minutes
  --peers a,b     only those whose name begins so; ours is always there
  --only a,b      of: echo, flood, bulk, connect, stop, cuts, rest
  --json FILE     writes the results there
  --docs FILE     writes the tables between the markers of a Markdown file
  --profile DIR   CPU profiles of our gateway and session-runners (slows them), and a table of them
  --strict        exit code 1 when a bar is missed`;

const SOURCES = join(__dirname, '../../bench/terminal');

function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      peers: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'string' },
      profile: { type: 'string' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const list = (text: string | undefined) => text?.split(',').map((word) => word.trim().toLowerCase());
  return {
    ...values,
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    peers: list(values.peers),
    only: list(values.only),
    keys: quick ? 500 : 2000,
    bulkBytes: quick ? 20_000_000 : 100_000_000,
    cuts: quick ? 10 : 50,
    idleSessions: quick ? 20 : 200,
    idleMs: quick ? 5000 : 20_000,
  };
}

type Options = ReturnType<typeof options>;

async function main(): Promise<number> {
  const wanted = options();
  if (wanted.help) {
    console.log(HELP);
    return 0;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'bench-terminal-'));
  try {
    const results = await measureAll(wanted, await prepare(scratch, wanted.profile ?? null));
    return report(results, wanted);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function prepare(scratch: string, profiles: string | null): Promise<Bench> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'claude-webui-bench');
  mkdirSync(cache, { recursive: true });
  const bench = { workload: join(scratch, 'workload'), ptyLoop: join(scratch, 'pty-loop'), cache, scratch, profiles };
  await runToEnd('cc', ['-O2', '-o', bench.workload, join(SOURCES, 'workload.c')]);
  await runToEnd('cc', ['-O2', '-o', bench.ptyLoop, join(SOURCES, 'pty-loop.c'), '-lutil']);
  return bench;
}

async function measureAll(wanted: Options, bench: Bench): Promise<Results> {
  const { present, absent } = await install(wanted, bench);
  const peers = new Map(present.map((peer) => [peer, noResults(peer.name)]));
  const own: OwnResults = { attachMs: [], readingAlone: [], idle: [], paste: [] };
  for (let round = 1; round <= wanted.rounds; round += 1) {
    for (const [peer, results] of peers) {
      say(`round ${round} of ${wanted.rounds}: ${peer.name}`);
      await measurePeer(peer, results, own, wanted, bench).catch((error: unknown) => {
        results.problems.push(`round ${round} was given up: ${String(error)}`);
      });
    }
  }
  return {
    startedAt: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node.js ${process.versions.node}`,
    rounds: wanted.rounds,
    quick: wanted.quick,
    peers: [...peers.values()],
    own,
    absent,
  };
}

async function install({ peers }: Options, bench: Bench) {
  const present: Peer[] = [];
  const absent: { name: string; why: string }[] = [];
  for (const peer of PEERS) {
    if (peers !== undefined && peer !== ours && !peers.some((name) => peer.name.toLowerCase().startsWith(name)))
      continue;
    await peer.install(bench).then(
      () => present.push(peer),
      (error: unknown) => absent.push({ name: peer.name, why: error instanceof Error ? error.message : String(error) }),
    );
  }
  return { present, absent };
}

/** One turn of one server. */
async function measurePeer(
  peer: Peer,
  results: PeerResults,
  own: OwnResults,
  wanted: Options,
  bench: Bench,
): Promise<void> {
  const wants = (what: string) => wanted.only?.includes(what) ?? true;
  const attempt = async (what: string, measure: () => Promise<void>) => {
    if (!wants(what)) return;
    await measure().catch((error: unknown) => {
      results.problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const running = await peer.start(bench);
  const isServer = running.target.port !== 0;
  const inTerminal = async (measure: (terminal: Terminal) => Promise<void>) => {
    const terminal = new Terminal(await peer.connect(running.target, bench));
    await terminal.says('READY');
    await measure(terminal).finally(() => terminal.close());
  };
  try {
    await attempt('echo', () => inTerminal(async (it) => void results.echo.push(await measureEcho(it, wanted.keys))));
    await attempt('bulk', () =>
      inTerminal(async (it) => {
        await warmUpBulk(it, wanted.bulkBytes / 4);
        results.bulk.push(await measureBulk(it, wanted.bulkBytes, running.pid));
      }),
    );
    if (!isServer) return;
    await attempt('connect', async () => void results.connectMs.push(await measureConnect(peer, running, bench)));
    await attempt('flood', () =>
      besideFlood(peer, running.target, bench, () =>
        inTerminal(async (it) => void results.floodedEcho.push(await measureEcho(it, wanted.keys))),
      ),
    );
    await attempt('stop', async () => {
      results.stoppedReader.push(await measureStoppedReader(peer, running, bench));
      results.interrupt.push(await measureInterrupt(peer, running, bench));
    });
    await attempt('cuts', async () => {
      const measured = peer === ours ? measureOurCuts(running, wanted.cuts) : measureCut(peer, running, bench);
      results.cuts.push(await measured);
    });
    if (peer === ours) await measureOwn(running, own, wanted, bench, attempt);
  } finally {
    await running.stop();
  }
}

async function measureOwn(
  running: RunningPeer,
  own: OwnResults,
  wanted: Options,
  bench: Bench,
  attempt: (what: string, measure: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await attempt('bulk', async () => void own.readingAlone.push(await measureReadingAlone(bench, wanted.bulkBytes)));
  await attempt('connect', async () => void own.attachMs.push(...(await measureAttach(running, 20))));
  await attempt('rest', async () => void own.paste.push(await measureIgnoredPaste(running)));
  // By when the collector runs, the same sessions take twice as much or half as much.
  await attempt('rest', async () => void own.idle.push(await measureIdle(running, wanted.idleSessions, wanted.idleMs)));
}

function report(results: Results, wanted: Options): number {
  const bars = barsOf(results);
  const text = [peerTable(results), ownTable(results), barTable(bars)].join('\n\n');
  console.log(text);
  if (wanted.profile !== undefined) console.log(`\n${profileTable(wanted.profile)}`);
  if (wanted.json !== undefined) writeFileSync(wanted.json, `${JSON.stringify({ ...results, bars }, null, 2)}\n`);
  if (wanted.docs !== undefined) writeDocs(wanted.docs, `${results.machine}; ${results.rounds} rounds.\n\n${text}`);
  return wanted.strict && bars.some(({ met }) => met === false) ? 1 : 0;
}

function writeDocs(file: string, text: string): void {
  const [start, end] = ['<!-- bench:terminal -->', '<!-- /bench:terminal -->'];
  const document = readFileSync(file, 'utf8');
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has no place marked ${start} … ${end}`);
  writeFileSync(file, `${before}${start}\n\n${text}\n\n${end}${after}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
