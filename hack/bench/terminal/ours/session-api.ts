import * as z from 'zod';
import type { Target } from '../peer';

const session = z.object({ id: z.string() });

/** The few REST calls that the benchmark makes. */
export class SessionApi {
  constructor(private readonly target: Target) {}

  /** Id of a new session. */
  async create(): Promise<string> {
    const response = await this.call('POST', '/api/v1/sessions', '{}');
    return session.parse(await response.json()).id;
  }

  async end(id: string): Promise<void> {
    await this.call('DELETE', `/api/v1/sessions/${id}`);
  }

  private async call(method: string, path: string, body?: string): Promise<Response> {
    const { port, access } = this.target;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${access['token'] ?? ''}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
