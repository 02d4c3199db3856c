import { Agent, request } from 'node:http';
import { userInfo } from 'node:os';
import * as z from 'zod';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { Inbox } from '../inbox';
import type { Peer } from '../peer';
import { requireProgram, startServer } from '../server-process';

const answer = z.object({ session: z.string(), data: z.string().optional() });

/** Long polling: one request waits for output, others carry keys as hexadecimal digits. */
export const shellinabox: Peer = {
  name: 'shellinabox 2.21',
  install: async () => {
    await requireProgram('shellinaboxd', 'shellinabox');
  },
  start: async ({ workload }) => {
    const program = await requireProgram('shellinaboxd', 'shellinabox');
    const { uid, gid } = userInfo();
    const args = ['--disable-ssl', '--localhost-only', '--no-beep'];
    const service = ['-u', String(uid), '-g', String(gid), '-s', `/:${uid}:${gid}:/:${workload}`];
    return onFreePorts(1, (port) =>
      startServer(program, [...args, '-p', String(port), ...service], { port, access: {} }),
    );
  },
  connect: async ({ port }) => {
    const agent = new Agent({ keepAlive: true });
    const inbox = new Inbox();
    let closed = false;
    const post = (fields: Record<string, string>): Promise<string> =>
      new Promise((resolve, reject) => {
        const body = new URLSearchParams({ width: '80', height: '24', ...fields }).toString();
        const headers = {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'content-length': body.length,
        };
        const call = request({ port, host: '127.0.0.1', path: '/?', method: 'POST', agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString()));
          response.on('error', reject);
        });
        call.on('error', reject);
        call.end(body);
      });
    const { session } = answer.parse(JSON.parse(await post({ rooturl: `http://127.0.0.1:${port}/` })));
    const poll = async () => {
      while (!closed) {
        const text = await post({ session });
        const { data } = answer.safeParse(text === '' ? null : JSON.parse(text)).data ?? {};
        if (data !== undefined) inbox.push(Buffer.from(data));
        else if (text === '') return;
      }
    };
    poll().catch(() => undefined);
    // Keys in one request each, in order: a second request may overtake the first.
    let sent: Promise<unknown> = Promise.resolve();
    return {
      write: (data) => {
        const keys = Buffer.from(data).toString('hex').toUpperCase();
        sent = sent.then(() => post({ session, keys })).catch(() => undefined);
      },
      onData: inbox.onData,
      close: () => {
        closed = true;
        agent.destroy();
        return Promise.resolve();
      },
    };
  },
};
