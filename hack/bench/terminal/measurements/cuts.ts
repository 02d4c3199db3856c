import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connectOwn } from '../ours/own-session';
import type { Bench, Peer, RunningPeer } from '../peer';
import { workloadPids } from '../processes';
import { streamDigest } from '../stream';
import { Terminal } from '../terminal';
import { Valve } from '../valve';

export interface Cuts {
  cuts: number;
  /** Whether the program lived through them. */
  alive: boolean;
  /** Bytes missing and bytes that came twice; null when the program did not live. */
  lost: number | null;
  twice: number | null;
}

/** Our client at a session whose connection is cut again and again while output comes. */
export async function measureOurCuts({ target }: RunningPeer, cuts: number): Promise<Cuts> {
  const valve = await Valve.before(target.port);
  const connection = await connectOwn(target, { ...target, port: valve.port });
  const { client } = connection;
  const terminal = new Terminal(connection);
  await terminal.says('READY\n');
  const bytes = cuts * 2_000_000;
  const hash = createHash('sha256');
  const steps = new EventTarget();
  let received = 0;
  terminal.listen((data) => {
    hash.update(data);
    received += data.length;
    steps.dispatchEvent(new Event('data'));
  });
  terminal.type(`f ${bytes}\r`);
  const reaches = async (count: number) => {
    while (received < count) await once(steps, 'data');
  };
  for (let cut = 1; cut <= cuts; cut += 1) {
    await reaches((bytes / (cuts + 1)) * cut);
    const back = client.attached();
    valve.cut();
    await back;
  }
  const alive = await Promise.race([reaches(bytes).then(() => true), delay(20_000, false, { ref: false })]);
  // What comes twice would come now.
  await terminal.quiet();
  const exact = received === bytes && hash.digest('hex') === streamDigest(bytes) && client.resets <= 1;
  await terminal.close();
  await valve.close();
  const difference = received - bytes;
  return {
    cuts,
    alive,
    lost: exact ? 0 : Math.max(1, -difference),
    twice: exact ? 0 : Math.max(0, difference),
  };
}

/** Another server: cut once, and look whether the workload outlives it. None of them resumes at the byte. */
export async function measureCut(peer: Peer, { target }: RunningPeer, bench: Bench): Promise<Cuts> {
  const others = new Set(workloadPids());
  const valve = await Valve.before(target.port);
  const terminal = new Terminal(await peer.connect({ ...target, port: valve.port }, bench));
  await terminal.says('READY');
  terminal.type('x\r');
  await delay(500);
  const started = workloadPids().filter((pid) => !others.has(pid));
  valve.cut();
  await delay(2000);
  const left = new Set(workloadPids());
  await terminal.close();
  await valve.close();
  return { cuts: 1, alive: started.some((pid) => left.has(pid)), lost: null, twice: null };
}
