/** A neighbour: a process of its own that keeps one session of a server in a flood until it is ended. */
import { PEERS } from './peers';
import type { Bench, Target } from './peer';
import { Terminal } from './terminal';

async function main([name, target, bench]: string[]): Promise<void> {
  const peer = PEERS.find((candidate) => candidate.name === name);
  if (peer === undefined) throw new Error(`no peer is called ${name ?? ''}`);
  const connection = await peer.connect(JSON.parse(target ?? '') as Target, JSON.parse(bench ?? '') as Bench);
  const terminal = new Terminal(connection);
  await terminal.says('READY');
  terminal.type('x\r');
  terminal.listen(() => {
    terminal.listen(() => undefined);
    process.stdout.write('flooding\n');
  });
  process.on('SIGTERM', () => {
    terminal.close().then(() => process.exit(0), fail);
  });
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
