import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { onFreePorts } from './on-free-ports';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server;
}

test('a server whose port another program takes in the meantime is started on another port', async () => {
  let stranger: Server | undefined;
  const server = await onFreePorts(1, async (port) => {
    stranger ??= await listen(port);
    return listen(port);
  });
  expect((server.address() as AddressInfo).port).not.toBe((stranger?.address() as AddressInfo).port);
});

test('as many ports as are asked for', async () => {
  const started = await onFreePorts(3, (...ports) => Promise.all(ports.map(listen)));
  expect(started).toHaveLength(3);
});

test.each([
  ['etcd and kube-apiserver', 'listen tcp 127.0.0.1:28111: bind: address already in use'],
  ['moto', 'Address already in use\nPort 28111 is in use by another program.'],
  ['Redis', 'Could not create server TCP listening socket 127.0.0.1:28111: bind: Address already in use'],
  ['nginx', 'bind() to 127.0.0.1:28111 failed (98: Address already in use)'],
  ['sshd', 'error: Bind to port 28111 on 127.0.0.1 failed: Address already in use.'],
  ['Node.js', 'listen EADDRINUSE 127.0.0.1:28111'],
  ['terminado', 'OSError: [Errno 98] Address already in use'],
  ['Docker', 'Bind for 127.0.0.1:28111 failed: port is already allocated'],
  ['the gateway', 'Port 28111 is taken. Stop what uses it, or set INTERNAL_PORT to another.'],
  ['WebKitWebDriver', 'FATAL: Unable to listen for HTTP server at host 127.0.0.1 and port 28111.'],
])('%s, which says so in its words, is started again', async (_program, said) => {
  const start = jest
    .fn()
    .mockRejectedValueOnce(new Error(`it ended: ${said}`))
    .mockResolvedValue('started');
  expect(await onFreePorts(1, start)).toBe('started');
});

test('a start that fails for another reason is not repeated', async () => {
  const start = jest.fn().mockRejectedValue(new Error('no such option'));
  await expect(onFreePorts(1, start)).rejects.toThrow('no such option');
  expect(start).toHaveBeenCalledTimes(1);
});

test('a server that finds each port taken ends the tries with its own words', async () => {
  const start = jest.fn().mockRejectedValue(new Error('it ended: Address already in use'));
  await expect(onFreePorts(1, start)).rejects.toThrow('it ended: Address already in use');
});

test('an address that this machine does not have is an error', async () => {
  await expect(onFreePorts(1, () => Promise.resolve(), '192.0.2.1')).rejects.toThrow('EADDRNOTAVAIL');
});
