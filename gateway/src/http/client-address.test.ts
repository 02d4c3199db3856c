import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { clientAddress } from './client-address';

test.each([
  [0, '10.0.0.1, 10.0.0.2'],
  [1, '10.0.0.1, 10.0.0.2'],
  [2, '10.0.0.1, 10.0.0.2'],
  [3, '10.0.0.1, 10.0.0.2'],
  [1, undefined],
  [1, ' 10.0.0.1 ,, 2001:db8::1'],
])('with %i trusted proxies, %s gives the address that Express gives', async (trustedProxies, forwarded) => {
  const app = express().set('trust proxy', trustedProxies);
  app.get('/', (request, response) => {
    response.json([request.ip, clientAddress(request, trustedProxies)]);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
  const [expected, found] = (await answer.json()) as [string, string];
  expect(found).toBe(expected);
  server.close();
  server.closeAllConnections();
});
