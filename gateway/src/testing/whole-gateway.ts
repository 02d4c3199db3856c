/** A whole gateway of a test's own, with a plain program in its sessions. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '@claude-webui/testing/http/raw-call';
import { openCall } from '@claude-webui/testing/http/raw-call';
import { loadConfig } from '../config/config';
import type { Gateway } from '../gateway';
import { startGateway } from '../gateway';
import { PASSWORD, environmentIn } from './environment';

export class WholeGateway {
  private readonly base = realpathSync(mkdtempSync(join(tmpdir(), 'cwui-whole-')));
  private gateway: Gateway | null = null;

  static async start(
    env: Record<string, string> = {},
    program: { path: string; args: string[] } = { path: '/bin/cat', args: [] },
  ): Promise<WholeGateway> {
    const whole = new WholeGateway();
    const config = loadConfig({
      ...environmentIn(whole.base),
      JWT_SECRET: randomBytes(32).toString('base64url'),
      RATE_LIMIT_MAX_REQUESTS: '100000',
      ...env,
    });
    whole.gateway = await startGateway(config, program);
    return whole;
  }

  get url(): string {
    return this.gateway?.url ?? '';
  }

  /** A request whose body is still to be sent. */
  open(
    method: string,
    path: string,
    token: string | null,
    headers: Record<string, string | number> = {},
  ): ReturnType<typeof openCall> {
    const { hostname, port } = new URL(this.url);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    return openCall({ hostname, port, method, path, headers: { ...authorization, ...headers } });
  }

  /** A whole request; an object is sent as JSON. */
  call(
    method: string,
    path: string,
    token: string | null,
    body?: string | Buffer | object,
    headers: Record<string, string | number> = {},
  ): Promise<Answer> {
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
    const type = isJson ? { 'content-type': 'application/json' } : {};
    const { outgoing, answer } = this.open(method, path, token, { ...type, ...headers });
    outgoing.end(isJson ? JSON.stringify(body) : body);
    return answer;
  }

  async signIn(username = 'admin', password = PASSWORD): Promise<string> {
    const answer = await this.call('POST', '/auth/login', null, { username, password });
    return jsonOf<{ token: string }>(answer).token;
  }

  /** A new session of somebody's, once it is ready. */
  async session(token: string): Promise<{ id: string; at: string }> {
    const { id } = jsonOf<{ id: string }>(await this.call('POST', '/api/v1/sessions', token, {}));
    const at = `/api/v1/sessions/${id}`;
    while (jsonOf<{ state: string }>(await this.call('GET', at, token)).state !== 'ready');
    return { id, at };
  }

  audit = () => readFileSync(join(this.base, 'data/audit.jsonl'), 'utf8');

  async close(): Promise<void> {
    await this.gateway?.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test says what it expects
export function jsonOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T;
}
