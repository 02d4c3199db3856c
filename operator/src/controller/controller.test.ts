import { Registry } from 'prom-client';
import { ApiError } from '@claude-webui/kubernetes-api/client';
import { Controller } from './controller';
import { NotLeadingError } from './leader-election';
import { ControllerMetrics } from './metrics';

/** What is logged and counted of a key whose first reconciliation fails with this. */
async function afterFailure(error: Error): Promise<{ logged: object[]; results: unknown[] }> {
  const registry = new Registry();
  const logged: object[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => logged.push(fields) };
  let attempts = 0;
  const controller: Controller = await new Promise((resolve) => {
    const made = new Controller({
      name: 'test',
      workers: 1,
      metrics: new ControllerMetrics(registry),
      log,
      reconcile: () => {
        attempts += 1;
        if (attempts === 1) return Promise.reject(error);
        resolve(made);
        return Promise.resolve(undefined);
      },
    });
    made.queue.add('key');
    made.start();
  });
  await controller.close();
  const counted = await registry.getSingleMetric('controller_runtime_reconcile_total')?.get();
  return { logged, results: counted?.values.map(({ labels }) => labels['result']) ?? [] };
}

test('a failure is logged, and tried again', async () => {
  const error = new ApiError(500, 'InternalError', 'etcd is away');
  expect(await afterFailure(error)).toEqual({
    logged: [{ controller: 'test', key: 'key', err: error }],
    results: ['error', 'success'],
  });
});

test.each([
  [409, 'Conflict'],
  [404, 'NotFound'],
])('what was read is outdated (%i): no failure, and looked at again', async (status, reason) => {
  const error = new ApiError(status, reason, 'claudesessions "a"');
  expect(await afterFailure(error)).toEqual({ logged: [], results: ['requeue', 'success'] });
});

test('a write that came when the lease was in doubt is tried again: the lease may be renewed yet', async () => {
  expect(await afterFailure(new NotLeadingError())).toEqual({ logged: [], results: ['requeue', 'success'] });
});
