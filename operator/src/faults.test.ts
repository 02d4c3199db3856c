/** Garbage at every edge at which an operator hears of others: it goes on, and makes pods of sessions. */
import { randomUUID } from 'node:crypto';
import { LABELS, claudeSessionSpecSchema, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import { NONSENSE, variantsOf } from '@claude-webui/testing/http/nonsense';
import { ENDINGS, garbage, sayAll } from '@claude-webui/testing/http/raw-peer';
import { OperatorProcess } from './testing/operator-process';
import { PlayedApiServer } from './testing/played-api-server';

/** Garbage that fits into a line; of what is long, one is enough. */
const LINES = NONSENSE.filter((line) => line.length > 0 && line.length < 10_000).slice(0, 8);
const WATCHED = ['sessiontemplates', 'pods', 'events', 'networkpolicies', 'claudesessions'];
const TEMPLATE = { metadata: { name: 'default' }, spec: sessionTemplateSpecSchema.parse({ image: 'runner:1' }) };

let server: PlayedApiServer;
let operator: OperatorProcess;
beforeAll(async () => {
  server = await PlayedApiServer.start();
  server.put('sessiontemplates', TEMPLATE);
  operator = new OperatorProcess(server, 'here', 'one');
  await operator.logged('reconciling');
  await serves();
});
afterAll(async () => {
  await operator.kill();
  server.close();
});

/** It makes a pod of a new session. Resolves with the session's name. */
async function serves(): Promise<string> {
  const name = randomUUID();
  const spec = claudeSessionSpecSchema.parse({ owner: 'ada', templateRef: { name: 'default' } });
  server.put('claudesessions', { metadata: { name }, spec });
  await server.until(() => server.list('pods').some(({ metadata }) => metadata.labels?.[LABELS.session] === name));
  if (!operator.isAlive) throw new Error(`the operator has left: ${operator.lastWords}`);
  expect((await fetch(`http://127.0.0.1:${await operator.port()}/healthz`)).status).toBe(200);
  return name;
}

const allWatched = () => server.until(() => WATCHED.every((resource) => server.watched.includes(resource)));

test('lines of watches that are no events', async () => {
  for (const line of LINES) {
    await allWatched();
    for (const resource of WATCHED) server.tell(resource, line);
    await serves();
  }
});

test('watches that end in the middle of a line, and answers that are cut off', async () => {
  await allWatched();
  for (const resource of WATCHED) server.breakOff(resource, '{"type":"MODIFIED","object":{"meta');
  await serves();
});

test('watches whose beginning has been forgotten, and that have errors of other kinds', async () => {
  for (const code of [410, 500, null, 'x']) {
    await allWatched();
    for (const resource of WATCHED)
      server.tell(resource, JSON.stringify({ type: 'ERROR', object: { code, reason: 'Expired' } }));
    await serves();
  }
});

test('answers to lists and writes', async () => {
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"items":null,"metadata":null}',
    '{"items":[null],"metadata":{"resourceVersion":"x"}}',
  ];
  await allWatched();
  server.answerNext(bodies);
  // They read it all anew.
  for (const resource of WATCHED) server.tell(resource, JSON.stringify({ type: 'ERROR', object: { code: 410 } }));
  await server.until(() => !server.hasNonsense);
  await serves();
});

test('objects that are like real ones but for one place', async () => {
  const name = await serves();
  const values = [null, true, -1, '', '__proto__', [], {}, [[]]];
  const pod = server.list('pods').find(({ metadata }) => metadata.labels?.[LABELS.session] === name);
  const session = server.list('claudesessions').find(({ metadata }) => metadata.name === name);
  const event = {
    metadata: { name: 'e', namespace: 'here', uid: 'e', resourceVersion: '1' },
    involvedObject: { kind: 'Pod', name: pod?.metadata.name, uid: pod?.metadata.uid },
    reason: 'FailedScheduling',
    message: 'nowhere',
    type: 'Warning',
    count: 1,
  };
  const running = {
    ...pod,
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'session', ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
  const samples: [string, unknown][] = [
    ['pods', running],
    ['claudesessions', session],
    ['events', event],
  ];
  for (const [resource, sample] of samples) {
    for (const variant of variantsOf(sample, values)) {
      await allWatched();
      server.tellOf(resource, variant);
    }
    await serves();
  }
});

test.each(ENDINGS)('peers of its own port that say nonsense, and one that %s', async (ending) => {
  const at = { host: '127.0.0.1', port: await operator.port() };
  await sayAll(at, garbage(['/healthz', '/readyz', '/metrics']), ending);
  await serves();
});
