/** Against a scripted server: what a real one and the way to it answer only at moments that no test can choose. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from './account';
import { call } from './call';
import { SignInNeeded } from './sign-in-needed';

const ALICE = { id: 'a', username: 'alice', role: 'user' };
const BOB = { id: 'b', username: 'bob', role: 'user' };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let account: Account;
/** What is answered next; the last one again and again. */
let answers: Answer[];
/** Path and bearer token of each request. */
let requests: string[];
let issued: number;

beforeEach(async () => {
  answers = [];
  requests = [];
  issued = 0;
  server = createServer((request, response) => {
    requests.push(`${request.url ?? ''} ${request.headers.authorization ?? 'cookie'}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  account = new Account(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  account.forget();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The next token, from t1. `skewMs`: how far the server's clock is ahead of ours. */
function granted({ lifetimeMs = 900_000, skewMs = 0, user = ALICE } = {}): Answer {
  return (_request, response) => {
    issued += 1;
    const now = Date.now() + skewMs;
    response.setHeader('date', new Date(now).toUTCString());
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `t${issued}`, expiresAt: new Date(now + lifetimeMs).toISOString(), user }));
  };
}

const refused: Answer = (_request, response) => {
  response.writeHead(401, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ code: 'signed-out', title: 'You have signed out.' }));
};
const html =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Elsewhere</h1>');
const broken: Answer = (request) => request.socket.destroy();

const renewed = () =>
  new Promise<string>((resolve) => {
    const unsubscribe = account.onRenewed((token) => {
      unsubscribe();
      resolve(token);
    });
  });

test('a server that knows no sign-in is believed', async () => {
  answers = [refused];
  expect(await account.resume()).toBeNull();
});

test.each([
  ['a network that is away', broken],
  ['a 502 of a proxy', html(502)],
  ['a 503', html(503)],
  ['a 403 of a firewall', html(403)],
  ['a login page of somebody else’s network, with status 200', html(200)],
])('%s is no sign-out: it is told as a failure, and the next try is signed in', async (_what, failure) => {
  answers = [failure, granted()];
  const failed: unknown = await account.resume().catch((error: unknown) => error);
  expect(failed).toHaveProperty('message');
  expect(failed).not.toBeInstanceOf(SignInNeeded);
  expect(await account.resume()).toEqual(ALICE);
});

test('a token that has run out while the machine slept is renewed by the cookie, though the first request fails', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  const ended = jest.fn();
  account.onEnded(ended);
  const slept = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 3_600_000);
  answers = [broken, html(502), granted()];
  await expect(account.token()).rejects.toThrow();
  await expect(account.token()).rejects.toThrow();
  expect(await account.token()).toBe('t2');
  slept.mockRestore();
  expect(ended).not.toHaveBeenCalled();
  expect(requests.slice(1)).toEqual(Array(3).fill('/auth/refresh cookie'));
});

test('a renewal that fails is tried again without anybody asking', async () => {
  answers = [granted({ lifetimeMs: 2000 })];
  await account.signIn('alice', 'secret');
  answers = [html(502), html(502), granted()];
  expect(await renewed()).toBe('t2');
});

test('only a 401 ends a sign-in, and those who listen are told why', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  const why = new Promise<string>((resolve) => account.onEnded(resolve));
  answers = [refused];
  await expect(account.token('t1')).rejects.toBeInstanceOf(SignInNeeded);
  expect(await why).toBe('You have signed out.');
});

test('a token that the server does not take, whatever its time says, is renewed', async () => {
  answers = [granted(), granted()];
  await account.signIn('alice', 'secret');
  expect(await account.token()).toBe('t1');
  expect(await account.token('t1')).toBe('t2');
  expect(requests.at(-1)).toBe('/auth/refresh cookie');
});

test('where the browser refuses the cookie the sign-in ends with its token, which renews nothing', async () => {
  answers = [granted({ lifetimeMs: 2000 })];
  await account.signIn('alice', 'secret');
  answers = [refused];
  expect(await account.isKept()).toBe(false);
  await new Promise<string>((resolve) => account.onEnded(resolve));
  expect(requests.slice(1)).toEqual(Array(2).fill('/auth/refresh cookie'));
});

test('clocks that are hours apart make no difference', async () => {
  for (const skewMs of [-7_200_000, 7_200_000]) {
    answers = [granted({ skewMs })];
    await account.signIn('alice', 'secret');
    const [token, count] = [await account.token(), requests.length];
    expect(await account.token()).toBe(token);
    expect(requests).toHaveLength(count);
  }
});

test('when somebody else has signed in with this browser, their token is not used for the one before', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  answers = [granted({ user: BOB })];
  await expect(account.token('t1')).rejects.toThrow('bob has signed in with this browser');
});

test('a request with a token that the server does not take is sent once more with a fresh one', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  answers = [refused, granted(), (_request, response) => response.end('{"is":"here"}')];
  const response = await call(account, 'GET', '/api/v1/sessions');
  expect(await response.json()).toEqual({ is: 'here' });
  expect(requests.at(-1)).toBe('/api/v1/sessions Bearer t2');
});

test('a wrong password while changing it is no sign-out', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  const ended = jest.fn();
  account.onEnded(ended);
  answers = [refused];
  await expect(account.changePassword('wrong', 'a new password')).rejects.toThrow();
  expect(ended).not.toHaveBeenCalled();
  expect(await account.token()).toBe('t1');
});

test('a sign-out that the server did not hear of is no sign-out: the cookie would sign in again', async () => {
  answers = [granted()];
  await account.signIn('alice', 'secret');
  answers = [broken];
  await expect(account.signOut()).rejects.toThrow();
  expect(await account.token()).toBe('t1');
});
