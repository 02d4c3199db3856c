import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { clientAddress } from './client-address';

/** What Express and we find behind so many trusted proxies. */
async function found(trustedProxies: number, forwarded: string | undefined): Promise<[string, string]> {
  const app = express().set('trust proxy', trustedProxies);
  app.get('/', (request, response) => {
    response.json([request.ip, clientAddress(request, trustedProxies)]);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
  server.close();
  server.closeAllConnections();
  return (await answer.json()) as [string, string];
}

test.each([
  [0, '10.0.0.1, 10.0.0.2'],
  [1, '10.0.0.1, 10.0.0.2'],
  [2, '10.0.0.1, 10.0.0.2'],
  [3, '10.0.0.1, 10.0.0.2'],
  [1, undefined],
  [1, ' 10.0.0.1 ,, 2001:db8::1'],
])('with %i trusted proxies, %s gives the address that Express gives', async (trustedProxies, forwarded) => {
  const [expected, ours] = await found(trustedProxies, forwarded);
  expect(ours).toBe(expected);
});

test.each([
  ['203.0.113.9:41234', '203.0.113.9'],
  ['[2001:db8::7]:41234', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['2001:db8::7', '2001:db8::7'],
])('a proxy that writes %s means the client %s', async (forwarded, address) => {
  expect((await found(1, forwarded))[1]).toBe(address);
});
