/** The files of a workspace, served as a runner does, and calls to it. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileListing } from '@claude-webui/protocol';
import { background } from '@claude-webui/protocol';
import type { Answer } from '@claude-webui/testing/http/raw-call';
import { openCall } from '@claude-webui/testing/http/raw-call';
import pino from 'pino';
import type { WorkspaceServerOptions } from '../files/workspace-server';
import { WorkspaceServer } from '../files/workspace-server';

export class RunningWorkspace {
  readonly root: string;
  readonly uploads: string;
  /** A folder beside the workspace, with a file `secret`. */
  readonly outside: string;

  private constructor(
    readonly base: string,
    private readonly http: Server,
    private readonly files: WorkspaceServer,
  ) {
    this.root = join(base, 'workspace');
    this.uploads = join(base, 'uploads');
    this.outside = join(base, 'outside');
  }

  static async start(options: Partial<WorkspaceServerOptions> = {}): Promise<RunningWorkspace> {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')));
    const places = { root: join(base, 'workspace'), uploads: join(base, 'uploads') };
    for (const folder of [...Object.values(places), join(base, 'outside')]) mkdirSync(folder);
    writeFileSync(join(base, 'outside/secret'), 'secret');
    const files = new WorkspaceServer({ ...places, log: pino({ level: 'silent' }), ...options });
    const http = createServer((incoming, response) =>
      background('http-request', files.answer(incoming, response, incoming.url ?? '')),
    );
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new RunningWorkspace(base, http, files);
  }

  /** A call that has sent no body yet. */
  open(method: string, path: string, headers: Record<string, string | number> = {}): ReturnType<typeof openCall> {
    const { port } = this.http.address() as AddressInfo;
    return openCall({ port, host: '127.0.0.1', method, path, headers });
  }

  /** A whole call. */
  call(
    method: string,
    path: string,
    body?: string | Buffer | object,
    headers: Record<string, string | number> = {},
  ): Promise<Answer> {
    const { outgoing, answer } = this.open(method, path, headers);
    outgoing.end(typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body);
    return answer;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', `/files/${path}`, undefined, headers);
  }

  put(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('PUT', `/files/${path}`, body, headers);
  }

  async list(path = '', query = ''): Promise<FileListing> {
    return jsonOf<FileListing>(await this.get(`${path}${query}`));
  }

  /** Absolute path of something in the workspace. */
  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await this.files.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test says what it expects
export function jsonOf<T>(answer: Answer): T {
  return JSON.parse(answer.body.toString()) as T;
}

/** Status and code of a refusal. */
export function refusal(answer: Answer): unknown[] {
  return [answer.status, jsonOf<{ code: string }>(answer).code];
}
