/** A real nginx before several gateways, in turns; and one that lets no WebSocket through, with affinity by cookie. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';

const NGINX = '/usr/sbin/nginx';
/** What it logs first once it has bound its ports. */
const LISTENING = /using the "\w+" event method/;
/** Enough of the log to see what went wrong. */
const MAX_LOG_CHARACTERS = 2000;

/** Why there is none on this machine, or null. */
export const noNginx =
  spawnSync(NGINX, ['-v']).error === undefined ? null : 'nginx is not installed: apt-get install nginx-light';

export interface RoundRobin {
  url: string;
  urlWithoutWebSockets: string;
  close(): Promise<void>;
}

/** @param gateways their ports on loopback, which need not be there yet */
export async function startRoundRobin(gateways: readonly number[]): Promise<RoundRobin> {
  const directory = mkdtempSync(join(tmpdir(), 'round-robin-'));
  const file = join(directory, 'nginx.conf');
  const { child, ports } = await onFreePorts(2, async (port, portWithoutWebSockets) => {
    const ports = { port, portWithoutWebSockets };
    writeFileSync(file, configuration(directory, { ...ports, gateways }));
    return { child: await started(directory, file), ports };
  });
  return {
    url: `http://127.0.0.1:${ports.port}`,
    urlWithoutWebSockets: `http://127.0.0.1:${ports.portWithoutWebSockets}`,
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
daemon off; master_process off; pid ${directory}/nginx.pid; error_log stderr notice;
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

/** Resolves once it listens. @throws Error with what it printed if it ends before */
function started(directory: string, file: string): Promise<ChildProcess> {
  const args = ['-p', directory, '-c', file, '-e', 'stderr'];
  const child = spawn(NGINX, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`nginx ended: ${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-MAX_LOG_CHARACTERS);
      if (LISTENING.test(said)) resolve(child);
    });
  });
}
