/** The HTTP side on a real port, with a stand-in for the sessions: placing real ones is tested where they are. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Notice } from '@claude-webui/protocol';
import type { Express } from 'express';
import { Authority } from '../../auth/authority';
import { Keyset } from '../../auth/keyset';
import { LocalLoginLimit } from '../../auth/login-limit';
import { Revocations } from '../../auth/revocations';
import { standingOf } from '../../auth/standing';
import { Tokens } from '../../auth/tokens';
import type { User } from '../../auth/users';
import { Users } from '../../auth/users';
import type { Config } from '../../config/config';
import { loadConfig } from '../../config/config';
import { problem } from '../../errors';
import { createLogger } from '../../log';
import { Metrics } from '../../metrics/metrics';
import type { SessionRecord } from '../../sessions/directory';
import { MemoryLinks } from '../../sessions/link-store';
import { Links } from '../../sessions/links';
import type { Viewer } from '../../sessions/sessions';
import type { AppParts } from '../app';
import { createApp } from '../app';
import { Edge } from '../edge';
import { publicServer } from '../public-server';
import { requestCounter } from '../rate-limit';
import type { SessionCalls } from '../sessions';

export const PASSWORD = 'correct horse battery';

export function sessionRecord(owner: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    name: 'Session 1',
    owner,
    workspace: 'main',
    state: 'starting',
    activity: 'starting',
    attachments: 0,
    createdAt: now,
    lastActivityAt: now,
    endpoint: 'unix:/nowhere',
    attachKey: 'attach-key-never-to-be-shown',
    ...changes,
  };
}

/** Keeps records in a list; whose they are is respected, nothing runs. */
export class ListedSessions implements SessionCalls {
  records: SessionRecord[] = [];

  find(id: string): SessionRecord | null {
    return this.records.find((record) => record.id === id) ?? null;
  }

  create(viewer: Viewer, wish: { name?: string | undefined; workspace?: string | undefined }): Promise<SessionRecord> {
    if (viewer.role === 'viewer') return Promise.reject(problem('forbidden'));
    const record = sessionRecord(viewer.id, {
      ...(wish.name === undefined ? {} : { name: wish.name }),
      ...(wish.workspace === undefined ? {} : { workspace: wish.workspace }),
    });
    this.records.push(record);
    return Promise.resolve(record);
  }

  list(viewer: Viewer, all: boolean): Promise<SessionRecord[]> {
    return Promise.resolve(this.records.filter(({ owner }) => owner === viewer.id || (all && viewer.role === 'admin')));
  }

  get(viewer: Viewer, id: string): Promise<SessionRecord> {
    const record = this.records.find((one) => one.id === id && (one.owner === viewer.id || viewer.role === 'admin'));
    return record === undefined ? Promise.reject(problem('session-not-found')) : Promise.resolve(record);
  }

  async rename(viewer: Viewer, id: string, name: string): Promise<SessionRecord> {
    const record = await this.get(viewer, id);
    record.name = name;
    return record;
  }

  async end(viewer: Viewer, id: string): Promise<void> {
    const record = await this.get(viewer, id);
    record.state = 'ended';
    record.end = { reason: 'terminated', exitCode: null };
  }
}

export interface RunningApp {
  url: string;
  express: Express;
  sessions: ListedSessions;
  users: Users;
  /** Where they are, unless others were given. */
  usersFile: string;
  tokens: Tokens;
  revocations: Revocations;
  /** What everybody was told. */
  notices: Notice[];
  /** Lines of the log. */
  logged: string[];
  /** A request with a person's token; a body is sent as JSON. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  tokenFor(user: User): string;
  close(): Promise<void>;
}

export interface CallOptions {
  as?: User;
  body?: unknown;
  headers?: Record<string, string>;
}

export async function runApp(
  changes: Partial<Omit<AppParts, 'config'>> & { config?: Partial<Config['http']> } = {},
): Promise<RunningApp> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-http-'));
  const usersFile = join(directory, 'users.json');
  const users = Users.open(usersFile);
  const revocations = new Revocations();
  const keyset = Keyset.ofSecret('0123456789abcdef0123456789abcdef');
  const lifetimes = { accessSeconds: 900, signInSeconds: 3600 };
  const authority = new Authority(keyset, revocations, standingOf(changes.users ?? users, true));
  const tokens = new Tokens(keyset, authority, lifetimes);
  const sessions = new ListedSessions();
  const links = new Links(new MemoryLinks(), { get: (id) => Promise.resolve(sessions.find(id)) }, authority);
  const logged: string[] = [];
  const notices: Notice[] = [];
  const http = { ...loadConfig({}).http, webRoot: join(directory, 'web'), ...changes.config };
  const edge = new Edge(http);
  const app = createApp({
    edge,
    audit: { record: () => undefined },
    broadcast: (notice) => void notices.push(notice),
    passwordSignIn: true,
    oidc: null,
    keyset,
    users,
    tokens,
    sessions,
    links,
    loginLimit: new LocalLoginLimit(),
    countRequest: requestCounter(http.rateLimit, null),
    metrics: new Metrics(),
    log: createLogger('debug', { write: (line) => void logged.push(line) }),
    askWorkspace: () => Promise.reject(problem('runner-unreachable')),
    draining: new AbortController().signal,
    notReady: () => [],
    ...changes,
    config: http,
  });
  const nobody = { takes: () => false, answer: () => undefined, upgrade: () => undefined };
  const server = publicServer(app, nobody, edge, createLogger('silent')).http.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const tokenFor = (user: User) => tokens.issueAccess(user, tokens.startSignIn()).token;
  return {
    url,
    express: app,
    sessions,
    users,
    usersFile,
    tokens,
    revocations,
    notices,
    logged,
    tokenFor,
    call: (method, path, { as, body, headers } = {}) =>
      fetch(url + path, {
        method,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${tokenFor(as)}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      rmSync(directory, { recursive: true });
    },
  };
}
