/** As much of an API server as the operator needs, which can also say nothing, or nonsense: a real one never does. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { KubernetesObject } from '@claude-webui/kubernetes-api';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396. */
function merged(before: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const old = isFields(before) ? before : {};
  const changed = Object.entries(patch).map(([name, value]) => [name, merged(old[name], value)] as const);
  return Object.fromEntries([...Object.entries(old), ...changed].filter(([name]) => patch[name] !== null));
}

export class PlayedApiServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'played-api-server-'));
  /** By resource and name. */
  private readonly objects = new Map<string, Map<string, KubernetesObject>>();
  private readonly watches = new Map<string, Set<ServerResponse>>();
  private readonly changes = new Set<() => void>();
  /** Bodies of the next answers, whatever is asked. */
  private readonly nonsense: (string | Buffer)[] = [];
  private version = 1;
  private isSilent = false;
  /** Requests about anything but leases. */
  unanswered = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<PlayedApiServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PlayedApiServer(server);
  }

  kubeconfig(user: string): string {
    const path = join(this.folder, 'kubeconfig');
    const { port } = this.server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'played', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: user, user: { token: 'any' } }],
      contexts: [{ name: 'played', context: { cluster: 'played', user } }],
      'current-context': 'played',
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  list(resource: string): KubernetesObject[] {
    return [...(this.objects.get(resource)?.values() ?? [])];
  }

  put(resource: string, object: Fields, before?: KubernetesObject): KubernetesObject {
    this.version += 1;
    const { uid = randomUUID(), creationTimestamp = new Date().toISOString() } = before?.metadata ?? {};
    const kept = { uid, creationTimestamp, namespace: 'here', generation: 1 };
    const stored = merged(object, { metadata: { ...kept, resourceVersion: String(this.version) } }) as KubernetesObject;
    const all = this.objects.get(resource) ?? new Map<string, KubernetesObject>();
    this.objects.set(resource, all.set(stored.metadata.name, stored));
    this.tell(resource, JSON.stringify({ type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored }));
    return stored;
  }

  remove(resource: string, name: string): void {
    const object = this.objects.get(resource)?.get(name);
    if (object === undefined) return;
    this.objects.get(resource)?.delete(name);
    this.version += 1;
    const last = merged(object, { metadata: { resourceVersion: String(this.version) } });
    this.tell(resource, JSON.stringify({ type: 'DELETED', object: last }));
  }

  /** Says a line to whoever watches, which may be anything. */
  tell(resource: string, line: string | Buffer): void {
    for (const watch of this.watches.get(resource) ?? [])
      watch.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
    for (const changed of [...this.changes]) changed();
  }

  /** Says that there is this now, whatever it is, as the newest that there is. */
  tellOf(resource: string, object: unknown): void {
    this.version += 1;
    const metadata = isFields(object) && isFields(object['metadata']) ? object['metadata'] : null;
    const newest =
      metadata === null
        ? object
        : { ...(object as Fields), metadata: { ...metadata, resourceVersion: String(this.version) } };
    this.tell(resource, JSON.stringify({ type: 'MODIFIED', object: newest }));
  }

  /** Breaks watches off in the middle of a line. */
  breakOff(resource: string, line: string): void {
    for (const watch of this.watches.get(resource) ?? []) watch.end(line);
    this.watches.delete(resource);
  }

  /** Resources that are watched. */
  get watched(): string[] {
    return [...this.watches].flatMap(([resource, open]) => (open.size > 0 ? [resource] : []));
  }

  /** Answers so, once each, to whatever is asked next but about leases. */
  answerNext(bodies: readonly (string | Buffer)[]): void {
    this.nonsense.push(...bodies);
  }

  get hasNonsense(): boolean {
    return this.nonsense.length > 0;
  }

  /** From now on nothing is answered. */
  fallSilent(): void {
    this.isSilent = true;
  }

  /** Resolves when `holds`, looked at after each change and request. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.changes.delete(look);
        resolve();
      };
      this.changes.add(look);
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://here');
    const [, resource = '', name = ''] = /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(url.pathname) ?? [];
    const body = await text(request);
    if (this.isSilent) return this.keepSilent(resource);
    if (url.searchParams.get('watch') === 'true') {
      this.watch(resource, Number(url.searchParams.get('resourceVersion')), response);
    } else {
      const nonsense = resource === 'leases' ? undefined : this.nonsense.shift();
      if (nonsense !== undefined) response.end(nonsense);
      else this.serve(request.method ?? 'GET', resource, name, body, response);
    }
    for (const changed of [...this.changes]) changed();
  }

  private keepSilent(resource: string): void {
    if (resource !== 'leases') this.unanswered += 1;
    for (const changed of [...this.changes]) changed();
  }

  private watch(resource: string, since: number, response: ServerResponse): void {
    const open = this.watches.get(resource) ?? new Set();
    this.watches.set(resource, open.add(response));
    response.once('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for (const object of this.list(resource))
      if (Number(object.metadata.resourceVersion) > since)
        response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
  }

  private serve(method: string, resource: string, name: string, body: string, response: ServerResponse): void {
    const send = (code: number, object: object) => response.writeHead(code).end(JSON.stringify(object));
    if (method === 'GET' && name === '')
      return void send(200, { items: this.list(resource), metadata: { resourceVersion: String(this.version) } });
    const before = this.objects.get(resource)?.get(name);
    if (method === 'POST') return void send(201, this.put(resource, JSON.parse(body) as Fields));
    if (method === 'PATCH' || (method === 'PUT' && before !== undefined))
      return void send(200, this.put(resource, merged(before ?? {}, JSON.parse(body)) as Fields, before));
    if (before === undefined) return void send(404, { code: 404, reason: 'NotFound' });
    if (method === 'DELETE') this.remove(resource, name);
    send(200, before);
  }
}
