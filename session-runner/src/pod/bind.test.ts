import { randomUUID } from 'node:crypto';
import { newKeys, RunningPod } from '../testing/running-pod';

let pod: RunningPod;
beforeAll(async () => {
  pod = await RunningPod.start({ program: ['/bin/cat'] });
});
afterAll(() => pod.end());

test('an unbound runner is healthy, and nobody’s', async () => {
  expect((await fetch(`${pod.endpoint}/healthz`)).status).toBe(200);
  expect((await fetch(`${pod.endpoint}/files/x`)).status).toBe(401);
  expect(await pod.status()).toEqual({ bound: false, sessionId: null, report: null, cliReady: true });
});

test('nothing but a gateway’s own word for this pod and this body binds it', async () => {
  const request = pod.bindRequest();
  const { sessionId } = request;
  const body = JSON.stringify(request);
  const stranger = Object.assign(Object.create(pod) as RunningPod, { keys: newKeys() });
  const bad = {
    'no token': '',
    'another key': stranger.bindToken(body, sessionId),
    'another pod': pod.bindToken(body, sessionId, { pod: randomUUID() }),
    'another body': pod.bindToken(`${body} `, sessionId),
    'another scope': pod.bindToken(body, sessionId, { scope: 'drive' }),
    'another audience': pod.bindToken(body, sessionId, {}, { audience: 'elsewhere' }),
    // Beyond what clocks may differ.
    expired: pod.bindToken(body, sessionId, {}, { expiresIn: -120 }),
    'another session': pod.bindToken(body, randomUUID()),
  };
  for (const [what, token] of Object.entries(bad)) {
    const status = await pod.putSession(body, token);
    expect(`${what}: ${status}`).toMatch(/: 40[01]$/);
  }
  expect((await pod.status()).bound).toBe(false);
});

test('a body that says nothing understood is refused though its token is good', async () => {
  expect(await pod.putSession('{}', pod.bindToken('{}', randomUUID()))).toBe(400);
});

test('it is bound once; the same session may say so again, another may not', async () => {
  const request = pod.bindRequest({ size: { cols: 80, rows: 24 } });
  expect(await Promise.all([pod.bind(request), pod.bind(request)])).toEqual([204, 204]);
  expect(await pod.bind(pod.bindRequest())).toBe(409);
  expect(await pod.status()).toMatchObject({ bound: true, sessionId: request.sessionId });
  const client = pod.attach();
  expect(await client.attached()).toMatchObject({
    sessionId: request.sessionId,
    state: { size: { cols: 80, rows: 24 } },
  });
  client.type('hello\r');
  await client.shows('hello\r\nhello');
  await client.close();
});
