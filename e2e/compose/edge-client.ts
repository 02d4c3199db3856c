/** Calls of the edge as a client makes them that trusts the local authority, and looks at its TLS. */
import { execFile } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const TIMEOUT_MS = 20_000;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Every header line as it came, to see doubles. */
  rawHeaders: string[];
  body: string;
}

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: object;
  ca?: string;
}

/** @throws when there is no connection, or the certificate is not trusted */
export function call(url: string, { method = 'GET', headers = {}, body, ca }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(
      url,
      {
        method,
        agent: false,
        timeout: TIMEOUT_MS,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer in ${TIMEOUT_MS} ms`)));
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What `openssl s_client` prints when it connects with these options; a failed handshake is no error here. */
export function handshake(port: number, ...options: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...options],
      { timeout: TIMEOUT_MS },
      (error, stdout, stderr) => {
        if (error?.killed === true) reject(new Error(`openssl s_client does not end: ${stderr}`));
        else resolve(stdout + stderr);
      },
    );
    child.stdin?.end();
  });
}
