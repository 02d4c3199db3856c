import { readFileSync } from 'node:fs';
import { OUTPUT_WINDOW_BYTES } from '@claude-webui/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { RunningSession } from '../testing/running-session';

const MEGABYTE = 1024 * 1024;
let session: RunningSession;
afterEach(() => session.end());

const rssBytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
const cpuTicks = (pid: number) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** Resolves after a second in which the process hardly ran: one that tries again and again has none. */
async function quietSecond(pid: number): Promise<void> {
  for (let seconds = 0; seconds < 20; seconds++) {
    const before = cpuTicks(pid);
    await delay(1000);
    if (cpuTicks(pid) - before <= 5) return;
  }
  throw new Error('the process has run in each of 20 seconds');
}

test('a driver that stops reading stops the program at one window, and loses nothing when it goes on', async () => {
  session = await RunningSession.shell('stty -onlcr; seq 1 300000; echo END; read line');
  const client = session.attach({ from: '0' });
  client.silent = true;
  await client.until(() => client.offset >= OUTPUT_WINDOW_BYTES);
  const before = rssBytes(session.process.pid!);
  // Nothing is expected to happen: only time can show it.
  await delay(300);
  expect(client.offset).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES + 64 * 1024);
  expect(rssBytes(session.process.pid!) - before).toBeLessThan(10 * MEGABYTE);
  client.silent = false;
  client.acknowledge();
  await client.shows('END');
  const numbers = Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join('');
  expect(client.output.toString()).toBe(`${numbers}END\n`);
});

test('an observer that stops reading stops nobody, and is brought up to date with the screen', async () => {
  session = await RunningSession.shell('read go; seq 1 500000; echo END; read line');
  const driver = session.attach();
  await driver.attached();
  const observer = session.attach();
  await observer.attached();
  observer.silent = true;
  driver.type('\r');
  await driver.shows('END');
  expect(observer.output.includes('END')).toBe(false);
  observer.silent = false;
  observer.acknowledge();
  const snapshot = await observer.frame('snapshot');
  expect(Buffer.from(snapshot.data).toString()).toContain('500000');
  expect(session.events).toContainEqual({ type: 'measure', measure: { name: 'backpressure-drop' } });
});

test('Ctrl-C ends a flood with little still to come', async () => {
  session = await RunningSession.shell(
    `trap 'trap - INT' INT; sh -c 'while :; do echo flooooooooooooooooood; done'; echo STOPPED; read line`,
  );
  const client = session.attach();
  await client.until(() => client.offset > 5 * MEGABYTE);
  const before = client.offset;
  client.type('\x03');
  await client.shows('STOPPED');
  expect(client.offset - before).toBeLessThan(2 * MEGABYTE);
});

test('a paste that the program ignores costs next to nothing, and arrives whole once it reads', async () => {
  const bytes = MEGABYTE;
  session = await RunningSession.shell('stty raw -echo; echo ready; exec "$NODE" -e "$SCRIPT"', {
    policy: { maxLineBytes: 0 },
    program: {
      env: {
        NODE: process.execPath,
        SCRIPT: `process.on('SIGUSR2', () => { let got = 0; process.stdin.on('data', (data) => { got += data.length;
          if (got === ${bytes}) process.stdout.write('<whole>'); }); }); setInterval(() => {}, 1e6); process.stdout.write('[' + process.pid + ']');`,
      },
    },
  });
  const client = session.attach();
  const pid = Number((await client.until(() => /\[(\d+)\]/.exec(client.output.toString())))[1]);
  const piece = Buffer.alloc(16 * 1024, 'x');
  for (let sent = 0; sent < bytes; sent += piece.length) client.type(piece);
  await client.until(() => client.frames.some((frame) => frame.type === 'input-ack'));
  await quietSecond(session.process.pid!);
  process.kill(pid, 'SIGUSR2');
  await client.shows('<whole>');
});

test('output that nobody had read when the program ended is delivered, window or not', async () => {
  session = await RunningSession.shell('read go; seq 1 100000; echo END');
  const client = session.attach({ from: '0' });
  await client.attached();
  client.type('\r');
  // Acknowledges once, at the end of the first window, and never again.
  client.silent = true;
  await client.until(() => client.offset >= OUTPUT_WINDOW_BYTES);
  client.acknowledge();
  await client.until(() => client.offset >= 1.9 * OUTPUT_WINDOW_BYTES);
  client.acknowledge();
  await client.shows('END');
  await client.frame('end');
});
