/** A real nginx before several gateways, in turns; and one that lets no WebSocket through, with affinity by cookie. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NGINX = '/usr/sbin/nginx';
const START_TRIES = 100;
const TRY_EVERY_MS = 50;

/** Why there is none on this machine, or null. */
export const noNginx =
  spawnSync(NGINX, ['-v']).error === undefined ? null : 'nginx is not installed: apt-get install nginx-light';

export interface RoundRobin {
  url: string;
  urlWithoutWebSockets: string;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** @param ports of gateways on loopback, which need not be there yet */
export async function startRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const directory = mkdtempSync(join(tmpdir(), 'round-robin-'));
  const port = await freePort();
  const portWithoutWebSockets = await freePort();
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration(directory, { port, portWithoutWebSockets, gateways: ports }));
  const child = spawn(NGINX, ['-p', directory, '-c', file, '-e', join(directory, 'error.log')], { stdio: 'inherit' });
  await listens(child, port);
  return {
    url: `http://127.0.0.1:${port}`,
    urlWithoutWebSockets: `http://127.0.0.1:${portWithoutWebSockets}`,
    close: async () => {
      child.kill('SIGQUIT');
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(
  directory: string,
  ports: { port: number; portWithoutWebSockets: number; gateways: readonly number[] },
): string {
  const servers = ports.gateways.map((gateway) => `server 127.0.0.1:${gateway} max_fails=0;`).join(' ');
  return `
daemon off; master_process off; pid ${directory}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  map $cookie_affinity $affinity { default $cookie_affinity; '' $request_id; }
  upstream in_turns { ${servers} }
  upstream by_cookie { hash $affinity consistent; ${servers} }
  proxy_http_version 1.1;
  proxy_next_upstream error timeout http_502 http_503 non_idempotent;
  proxy_connect_timeout 1s; proxy_read_timeout 1h; proxy_send_timeout 1h; proxy_buffering off;
  server {
    listen 127.0.0.1:${ports.port};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    location / { proxy_pass http://in_turns; }
  }
  server {
    listen 127.0.0.1:${ports.portWithoutWebSockets};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header Upgrade "";
    proxy_set_header Connection "";
    add_header Set-Cookie "affinity=$affinity; Path=/; HttpOnly" always;
    location / { proxy_pass http://by_cookie; }
  }
}
`;
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  for (let tried = 0; tried < START_TRIES; tried += 1) {
    const socket = createConnection(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    if (child.exitCode !== null) break;
    // Nothing tells when it listens.
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
  }
  throw new Error('nginx does not listen');
}
