import { createHash } from 'node:crypto';
import { ownRunners } from '../testing/processes';
import { ALICE } from '../testing/local-sessions';
import { RunningGateway } from '../testing/running-gateway';

let gateway: RunningGateway;

afterEach(() => gateway.close());

test('a client that knows only the four events works in a shell from opened to closed', async () => {
  gateway = await RunningGateway.start({ command: 'exec /bin/sh' });
  const client = gateway.plain();
  expect(await client.opened()).toMatch(/^[0-9a-f-]{36}$/);
  client.type('echo "sum: $((40 + 2))"\r');
  await client.shows('sum: 42');
  client.socket.emit('resize', { cols: 101, rows: 37 });
  // The echo of what is typed is not yet what the shell says.
  client.type('until [ "$(stty size)" = "37 101" ]; do sleep 0.05; done; echo res""ized\r');
  await client.shows('resized');
  client.type('exit 0\r');
  expect(await client.status('closed')).toEqual({ state: 'closed', reason: 'exited' });
  await client.disconnected();
});

test('the same works where only polling gets through', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.plain({ token: gateway.tokenOf() }, { transports: ['polling'] });
  await client.opened();
  client.type('by polling\r');
  await client.shows('by polling');
});

test('what is typed while the session still starts is not lost', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.plain();
  client.type('early\r');
  await client.shows('early');
});

test('a client that asks whether its connection is alive is answered, and nonsense in its place does no harm', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.plain();
  await client.opened();
  client.socket.emit('probe', 'no function');
  await client.socket.timeout(5000).emitWithAck('probe');
});

test('the first size is the terminal’s from its start', async () => {
  gateway = await RunningGateway.start({ command: 'stty size; cat' });
  const client = gateway.plain({ token: gateway.tokenOf(), size: { cols: 132, rows: 43 } });
  await client.shows('43 132');
});

test('a reconnect without a session comes back to the screen that was left', async () => {
  gateway = await RunningGateway.start();
  const first = gateway.plain();
  const id = await first.opened();
  first.type('remember me\r');
  await first.shows('remember me');
  const detached = new Promise<void>((resolve) => {
    gateway.local.directory.subscribe((record) => record.id === id && record.attachments === 0 && resolve());
  });
  first.close();
  await detached;
  const second = gateway.plain();
  expect(await second.opened()).toBe(id);
  await second.shows('remember me');
});

test('code points cut between reads arrive whole', async () => {
  gateway = await RunningGateway.start({
    command: String.raw`read go; for i in 1 2 3; do printf '\342\202'; sleep 0.05; printf '\254\360\237'; sleep 0.05; printf '\230\200'; done; cat`,
  });
  const client = gateway.plain();
  await client.opened();
  client.type('go\r');
  await client.shows('€😀€😀€😀');
});

test('a paste of 100 kB arrives whole and in order', async () => {
  gateway = await RunningGateway.start({ command: 'stty raw -echo; echo ready; head -c 100000 | sha256sum; cat' });
  const client = gateway.plain();
  await client.shows('ready');
  const text = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(9, '0') + ' ').join('');
  client.type(text);
  await client.shows(createHash('sha256').update(text).digest('hex'));
});

test('a client that stops reading stops the program, not the server’s memory', async () => {
  gateway = await RunningGateway.start({
    command: 'stty -onlcr; read go; while :; do echo "${go}0123456789012345678901234567890123456789"; done',
  });
  const client = gateway.plain();
  const id = await client.opened();
  client.type('go\r');
  await client.shows('0123456789');
  client.tcp.pause();
  const sent = async () => (await gateway.local.metrics.wsBytesOut.get()).values[0]?.value ?? 0;
  // It is still when two looks a while apart see the same; a program that is not stopped never is.
  let before = -1;
  for (let looks = 0; looks < 50 && before !== (await sent()); looks += 1) {
    before = await sent();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(await sent()).toBe(before);
  expect(before).toBeLessThan(16 * 1024 * 1024);
  client.tcp.resume();
  await gateway.local.sessions.end(ALICE, id);
});

test('a plain client drives even where another one did', async () => {
  gateway = await RunningGateway.start();
  const first = gateway.plain();
  const sessionId = await first.opened();
  const second = gateway.plain({ token: gateway.tokenOf(), sessionId });
  await second.opened();
  second.type('mine now\r');
  await first.shows('mine now');
  first.type('x');
  expect(await first.status('error')).toEqual({ state: 'error', reason: 'not-driver' });
});

test('a session that cannot start says what to install', async () => {
  gateway = await RunningGateway.start({ programPath: '/nonexistent' });
  const client = gateway.plain();
  expect(await client.status('closed')).toEqual({ state: 'closed', reason: 'cli-not-installed' });
  await client.disconnected();
});

test('a server that stops tells its clients so', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.plain();
  await client.opened();
  gateway.stopSockets();
  expect(await client.status('closed')).toEqual({ state: 'closed', reason: 'server-stopping' });
  await client.disconnected();
});

test('a runner that dies closes the connection, and the client may come again', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.plain();
  await client.opened();
  for (const pid of ownRunners()) process.kill(pid, 'SIGKILL');
  expect((await client.status('closed')).reason).toMatch(/^(runner-unreachable|runner-crashed)$/);
  await client.disconnected();
});

test('frames are counted as messages in both directions', async () => {
  gateway = await RunningGateway.start();
  const client = gateway.frames({ token: gateway.tokenOf() });
  await client.attachedTo();
  const counted = async () => {
    const { values } = await gateway.local.metrics.wsMessages.get();
    return values.find(({ labels }) => labels.type === 'frame')?.value ?? 0;
  };
  const before = await counted();
  expect(before).toBeGreaterThan(0);
  client.send({ type: 'input', sequence: 1, data: Buffer.from('x') });
  await client.until(() => client.frames.some(({ type }) => type === 'input-ack'));
  expect(await counted()).toBeGreaterThanOrEqual(before + 2);
});
