import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { describeUnless } from '../unless';
import { RedisProcess, noRedis, plain } from './redis-process';

describeUnless(noRedis, 'a Redis for tests', () => {
  test('starts on another port when a program takes its port before it listens', async () => {
    let stranger: Server | undefined;
    const redis = await RedisProcess.start((port) => {
      stranger ??= createServer().listen(port, '127.0.0.1');
      return plain(port);
    });
    expect(stranger?.address()).not.toMatchObject({ port: redis.port });
    await redis.kill();
    stranger?.close();
    if (stranger !== undefined) await once(stranger, 'close');
  });
});
