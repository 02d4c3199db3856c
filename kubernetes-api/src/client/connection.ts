/** HTTP to the API server with the credentials of a kubeconfig or of the pod. Knows nothing of objects. */
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { RequestOptions } from 'node:https';
import { Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

/** A service account's token is replaced on disk long before it expires; this is how long we hold on to what we read. */
const CREDENTIALS_MS = 30_000;
/** Sockets for ordinary requests. Watches have their own. */
const SOCKETS = 64;

/** The part of a KubeConfig that says where the API server is, and who we are. */
export interface ClusterAccess {
  getCurrentCluster(): { server: string } | null;
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

export interface RawRequest {
  method: string;
  path: string;
  body?: unknown;
  contentType?: string;
  /** Until the head of the answer, milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** For an answer that goes on and on: a socket of its own. */
  stream?: boolean;
  /**
   * Called in the instant before the request leaves, on a socket that is connected: a request may have waited for one, or this
   * process may have been paused while it connected. What it throws refuses the request.
   */
  beforeSend?: () => void;
}

interface Credentials {
  readAt: number;
  headers: Record<string, string>;
  identity: string;
}

export class Connection {
  private credentials: Credentials | null = null;
  private pooled: Agent | null = null;
  private streaming: Agent | null = null;
  private readonly server: URL;

  /** @param userAgent what the API server's logs call this process */
  constructor(
    private readonly config: ClusterAccess,
    private readonly userAgent: string,
  ) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('The kubeconfig names no cluster. Set KUBECONFIG, or run in a pod.');
    this.server = new URL(cluster.server);
  }

  /** Resolves with the head of the answer; its body is the caller's. */
  async send(options: RawRequest): Promise<IncomingMessage> {
    const { headers } = await this.currentCredentials();
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const agent = options.stream === true ? this.streaming : this.pooled;
    const settings: RequestOptions = {
      method: options.method,
      hostname: this.server.hostname.replace(/^\[|\]$/g, ''),
      port: this.server.port,
      path: `${this.server.pathname.replace(/\/$/, '')}${options.path}`,
      headers: {
        accept: 'application/json',
        'user-agent': this.userAgent,
        ...headers,
        ...(body === undefined
          ? {}
          : { 'content-type': options.contentType ?? 'application/json', 'content-length': body.length }),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(this.server.protocol === 'https:' && agent !== null ? { agent } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = (this.server.protocol === 'https:' ? httpsRequest : httpRequest)(settings);
      const timer = setTimeout(
        () => request.destroy(new Error(`The API server did not answer within ${options.timeoutMs} ms`)),
        options.timeoutMs,
      );
      request.once('response', (response) => {
        clearTimeout(timer);
        // A cable that is cut says nothing: let the kernel find out.
        if (options.stream === true) response.socket.setKeepAlive(true, 15_000);
        resolve(response);
      });
      request.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.once('socket', (socket) =>
        whenConnected(socket, () => {
          try {
            options.beforeSend?.();
            request.end(body);
          } catch (error) {
            request.destroy(error as Error);
          }
        }),
      );
    });
  }

  close(): void {
    this.pooled?.destroy();
    this.streaming?.destroy();
  }

  private async currentCredentials(): Promise<Credentials> {
    if (this.credentials !== null && performance.now() - this.credentials.readAt < CREDENTIALS_MS)
      return this.credentials;
    const read: RequestOptions = {};
    await this.config.applyToHTTPSOptions(read);
    const { ca, cert, key, rejectUnauthorized } = read;
    const tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    };
    const identity = JSON.stringify(tls);
    if (identity !== this.credentials?.identity) {
      this.pooled = new Agent({ ...tls, keepAlive: true, maxSockets: SOCKETS });
      this.streaming = new Agent({ ...tls, keepAlive: false });
    }
    const headers = Object.fromEntries(
      Object.entries(read.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    this.credentials = { readAt: performance.now(), headers, identity };
    return this.credentials;
  }
}

/** A socket that is kept from an earlier request is connected. */
function whenConnected(socket: Socket, then: () => void): void {
  // Node.js has `secureConnecting` since 0.11, its types do not.
  const { connecting, secureConnecting = false } = socket as Socket & { secureConnecting?: boolean };
  if (!connecting && !secureConnecting) then();
  else socket.once(secureConnecting ? 'secureConnect' : 'connect', then);
}
