/** From a key to its echo: through ingress, gateway and the session's pod, and by `kubectl exec` into the same pod, in turns. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { Person } from '@claude-webui/testing/cluster/edge';
import { execCommand, session, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { percentile } from '../terminal/statistics';

const ROUNDS = 4;
const KEYS = 500;
/** A person who types fast. Milliseconds. */
const KEY_EVERY_MS = 10;
/** The terminal gives each key to the program at once, which gives it back. */
const IN_TERMINAL = 'stty raw -echo; printf READY; exec cat';
const BETWEEN_PIPES = 'printf READY; exec cat';

/** Sends a key, and resolves when it has come back. */
type Press = () => Promise<void>;

export async function measureEcho(): Promise<string> {
  await upgrade('sessions.template=shell');
  const person = await Person.signIn();
  const { id, client } = await person.shell();
  const pod = (await session(id)).status?.podName ?? '';
  client.forget();
  client.type(`${IN_TERMINAL}\n`);
  await client.shows('READY');
  const exec = await openExec(pod);
  const ours: number[] = [];
  const kubectl: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await measure(() => pressed(client), ours);
    await measure(exec.press, kubectl);
  }
  await exec.close();
  client.close();
  await person.endAll();
  const row = (name: string, times: number[]) =>
    `| ${name} | ${[0.5, 0.95, 0.99].map((part) => percentile(times, part).toFixed(2)).join(' | ')} |`;
  return [
    `${ROUNDS} rounds of ${KEYS} keys`,
    '',
    '| from a key to its echo | p50 ms | p95 ms | p99 ms |',
    '|---|---|---|---|',
    row('ingress → gateway → pod', ours),
    row('`kubectl exec` into the same pod', kubectl),
  ].join('\n');
}

async function measure(press: Press, into: number[]): Promise<void> {
  for (let key = 0; key < KEYS; key += 1) {
    const sentAt = performance.now();
    await press();
    into.push(performance.now() - sentAt);
    await new Promise((resolve) => setTimeout(resolve, KEY_EVERY_MS));
  }
}

async function pressed(client: TerminalClient): Promise<void> {
  client.forget();
  client.type('k');
  await client.shows('k');
}

/** The same program in the same pod, between pipes: kubectl opens a terminal only where it has one itself. */
async function openExec(pod: string): Promise<{ press: Press; close: () => Promise<void> }> {
  const { program, args } = execCommand(pod, ['sh', '-c', BETWEEN_PIPES]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const next = async () => String((await once(child.stdout, 'data'))[0]);
  for (let seen = ''; !seen.includes('READY');) seen += await next();
  const press = async () => {
    const echoed = next();
    child.stdin.write('k');
    await echoed;
  };
  const close = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { press, close };
}
