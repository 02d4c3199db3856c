import { SessionApi } from '../ours/session-api';
import { OurTerminal } from '../ours/our-terminal';
import type { Bench, Peer, RunningPeer } from '../peer';
import { Terminal } from '../terminal';

/** Milliseconds from the connect to the program's first word. */
export async function measureConnect(peer: Peer, { target }: RunningPeer, bench: Bench): Promise<number> {
  const start = performance.now();
  const terminal = new Terminal(await peer.connect(target, bench));
  await terminal.says('READY');
  const elapsed = performance.now() - start;
  await terminal.close();
  return elapsed;
}

/** Milliseconds from the connect to the first byte, for each of some attaches to one running session of ours. */
export async function measureAttach({ target }: RunningPeer, times: number): Promise<number[]> {
  const api = new SessionApi(target);
  const id = await api.create();
  const elapsed: number[] = [];
  // The first waits for the session to start.
  for (let time = 0; time <= times; time += 1) {
    const start = performance.now();
    const terminal = await OurTerminal.open(target, id);
    await new Promise<void>((resolve) => terminal.onData(() => resolve()));
    if (time > 0) elapsed.push(performance.now() - start);
    terminal.detach();
  }
  await api.end(id);
  return elapsed;
}
