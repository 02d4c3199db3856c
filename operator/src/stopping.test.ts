/** SIGTERM ends an operator in its grace, also while its API server takes requests and answers none. */
import { claudeSessionSpecSchema, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import { OperatorProcess } from './testing/operator-process';
import { PlayedApiServer } from './testing/played-api-server';

/** Kubernetes waits 30 s. Milliseconds. */
const GRACE_MS = 25_000;

let server: PlayedApiServer;
let operator: OperatorProcess;
beforeEach(async () => {
  server = await PlayedApiServer.start();
  operator = new OperatorProcess(server, 'here', 'one');
});
afterEach(async () => {
  await operator.kill();
  server.close();
});

async function stops(): Promise<void> {
  const since = performance.now();
  operator.signal('SIGTERM');
  expect(await operator.ended()).toBe(0);
  expect(performance.now() - since).toBeLessThan(GRACE_MS);
}

test('a leader with work under way', async () => {
  await operator.logged('reconciling');
  server.put('sessiontemplates', {
    metadata: { name: 'default' },
    spec: sessionTemplateSpecSchema.parse({ image: 'runner:1' }),
  });
  await server.until(() => server.list('networkpolicies').length > 0);
  server.fallSilent();
  for (let n = 0; n < 100; n += 1)
    server.put('claudesessions', {
      metadata: { name: `s${n}` },
      spec: claudeSessionSpecSchema.parse({ owner: 'ada', templateRef: { name: 'default' } }),
    });
  await server.until(() => server.unanswered > 0);
  await stops();
});

test('a leader that is still reading what there is', async () => {
  server.answerNext(Array.from({ length: 5 }, () => '{"items":'));
  await operator.logged('leading');
  server.fallSilent();
  await stops();
});

test('one that waits to lead', async () => {
  server.fallSilent();
  await operator.logged('operator started');
  await stops();
});
