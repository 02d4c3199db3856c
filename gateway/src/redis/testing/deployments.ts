/** Redis as people run it: a primary with a replica watched by Sentinel, and a cluster of three. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOCAL, RedisProcess, plain } from '@claude-webui/testing/processes/redis-process';

/** Everything of it, and where it is. */
export interface RedisDeployment {
  url: string;
  servers: RedisProcess[];
  close(): Promise<void>;
}

/** `servers` are the primary, its replica, and the sentinel. */
export async function startSentinel(): Promise<RedisDeployment> {
  const directory = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const primary = await RedisProcess.start((port) => [...plain(port), '--repl-diskless-sync-delay', '0']);
  // What it is sent it loads at once, rather than by a file in whatever folder this is.
  const follows = ['--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-load', 'swapdb'];
  const replica = await RedisProcess.start((port) => [...plain(port), ...follows]);
  // Before the sentinel looks for the first time, or it knows of no replica for ten seconds.
  await says(replica.port, ['info', 'replication'], 'master_link_status:up');
  const sentinel = await RedisProcess.start((port) => {
    const file = join(directory, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 2000',
    ];
    writeFileSync(file, lines.join('\n'));
    return [file, '--sentinel'];
  });
  await says(sentinel.port, ['sentinel', 'master', 'main'], 'num-slaves\n1\n');
  return deployment(`redis+sentinel://127.0.0.1:${sentinel.port}/main`, [primary, replica, sentinel], directory);
}

async function says(port: number, command: string[], text: string): Promise<void> {
  const ask = () => promisify(execFile)('redis-cli', ['-p', String(port), ...command]);
  while (!(await ask()).stdout.includes(text));
}

export async function startCluster(): Promise<RedisDeployment> {
  const directory = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
  const servers: RedisProcess[] = [];
  for (let n = 0; n < 3; n += 1) {
    const cluster = (port: number, busPort: number) => [
      ...['--port', String(port), ...LOCAL, '--dir', directory, '--cluster-enabled', 'yes'],
      ...['--cluster-config-file', `nodes-${port}.conf`, '--cluster-port', String(busPort)],
    ];
    servers.push(await RedisProcess.start(cluster));
  }
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  return deployment(`redis+cluster://${addresses.join(',')}`, servers, directory);
}

function deployment(url: string, servers: RedisProcess[], directory: string): RedisDeployment {
  return {
    url,
    servers,
    close: async () => {
      for (const server of servers.reverse()) await server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
