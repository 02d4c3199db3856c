/** Informers before servers that a real API server never is; operator/src/resilience.kubernetes-test.ts has that one. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../objects';
import { ApiClient } from './api-client';
import { Connection } from './connection';
import { Informer } from './informer';
import type { ControllerLog } from './log';
import type { ResourceType } from './resource-type';
import { Store } from './store';

const THING: ResourceType<KubernetesObject> = { group: 'test', version: 'v1', kind: 'Thing', plural: 'things' };
const silent: ControllerLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const EMPTY_LIST = JSON.stringify({ items: [], metadata: { resourceVersion: '1' } });

/** A client with 100 ms for each answer, of a server that does as `answer` says. */
async function clientOf(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { getCurrentCluster: () => ({ server: url }), applyToHTTPSOptions: () => Promise.resolve() };
  const connection = new Connection(access, 'test');
  const client = new ApiClient(connection, {
    limit: { acquire: () => Promise.resolve() },
    fence: () => undefined,
    onAnswer: () => undefined,
    fieldManager: 'test',
    timeoutMs: 100,
  });
  const close = () => {
    connection.close();
    server.closeAllConnections();
    server.close();
  };
  return { client, close };
}

const isWatch = (request: IncomingMessage) => (request.url ?? '').includes('watch=true');

test('a watch that the server ends at once is opened again more and more slowly', async () => {
  const openedAt: number[] = [];
  let sixth!: () => void;
  const sixTimes = new Promise<void>((resolve) => (sixth = resolve));
  const { client, close } = await clientOf((request, response) => {
    if (!isWatch(request)) return void response.end(EMPTY_LIST);
    openedAt.push(performance.now());
    if (openedAt.length === 6) sixth();
    response.end();
  });
  const informer = new Informer({ client, type: THING, namespace: 'here', store: new Store(), log: silent });
  try {
    await sixTimes;
    // 100, 200, 400, 800 and 1600 ms, each at least half of that by chance.
    const gaps = openedAt.slice(1).map((at, n) => at - (openedAt[n] ?? 0));
    for (const [n, gap] of gaps.entries()) expect(gap).toBeGreaterThan(45 * 2 ** n);
  } finally {
    await informer.close();
    close();
  }
});

test('a body that stalls is not waited for without end', async () => {
  const { client, close } = await clientOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"items":');
  });
  try {
    await expect(client.list(THING, 'here')).rejects.toThrow('did not end its answer within 100 ms');
  } finally {
    close();
  }
});

test('a refusal whose body stalls is not waited for without end', async () => {
  const { client, close } = await clientOf((_request, response) => {
    response.writeHead(403);
    response.write('{');
  });
  try {
    await expect(client.get(THING, 'here', 'one')).rejects.toThrow('did not end its answer within 100 ms');
  } finally {
    close();
  }
});

test('an informer tells when it has synced, and for how long the server has been silent', async () => {
  const { client, close } = await clientOf((request, response) => {
    if (!isWatch(request)) return void response.end(EMPTY_LIST);
    response.writeHead(200);
    response.flushHeaders();
  });
  const informer = new Informer({ client, type: THING, namespace: 'here', store: new Store(), log: silent });
  expect([informer.hasSynced, informer.silentMs]).toEqual([false, null]);
  try {
    await informer.synced;
    expect(informer.hasSynced).toBe(true);
    expect(informer.silentMs).toBeGreaterThanOrEqual(0);
  } finally {
    await informer.close();
    close();
  }
});

test('an informer whose right to read is withdrawn is deaf from then on, until it reads again', async () => {
  let allowed = true;
  const watches = new Set<ServerResponse>();
  let refused!: () => void;
  const refusedTwice = new Promise<void>((resolve) => {
    let times = 0;
    refused = () => ++times === 2 && resolve();
  });
  let opened: () => void = () => undefined;
  const { client, close } = await clientOf((request, response) => {
    if (!allowed) {
      response.writeHead(403).end('{}');
      refused();
    } else if (isWatch(request)) {
      response.writeHead(200).flushHeaders();
      watches.add(response);
      opened();
    } else response.end(EMPTY_LIST);
  });
  const isWatched = () => new Promise<void>((resolve) => (opened = resolve));
  let watched = isWatched();
  const informer = new Informer({ client, type: THING, namespace: 'here', store: new Store(), log: silent });
  try {
    expect(informer.deafMs).toBeGreaterThan(0);
    await informer.synced;
    expect(informer.deafMs).toBe(0);
    await watched;
    allowed = false;
    for (const watch of watches) watch.destroy();
    await refusedTwice;
    expect(informer.deafMs).toBeGreaterThan(0);
    expect(informer.hasSynced).toBe(true);
    watched = isWatched();
    allowed = true;
    await watched;
    expect(informer.deafMs).toBe(0);
  } finally {
    await informer.close();
    close();
  }
});
