import type { SessionInfo, TerminalSize } from '@claude-webui/protocol';
import type { Account } from './account';
import { call } from './call';

export interface Share {
  id: string;
  createdAt: string;
  expiresAt: string;
}

/** What may differ between new sessions. */
export interface SessionWish {
  name?: string;
  workspace?: string;
  size?: TerminalSize;
  /** Whether the workspace's last conversation goes on, if it has one, or another begins. */
  conversation?: 'last' | 'new';
}

/** The REST API for sessions, as the signed-in person. Every call may throw an ApiError. */
export class SessionApi {
  constructor(private readonly account: Account) {}

  create(wish: SessionWish): Promise<SessionInfo> {
    return this.json('POST', '', wish);
  }

  rename(id: string, name: string): Promise<SessionInfo> {
    return this.json('PATCH', `/${id}`, { name });
  }

  async end(id: string): Promise<void> {
    await this.call('DELETE', `/${id}`);
  }

  async shares(id: string): Promise<Share[]> {
    return (await this.json<{ shares: Share[] }>('GET', `/${id}/shares`)).shares;
  }

  share(id: string, expiresInSeconds: number): Promise<Share & { url: string }> {
    return this.json('POST', `/${id}/shares`, { expiresInSeconds });
  }

  async unshare(id: string, shareId: string): Promise<void> {
    await this.call('DELETE', `/${id}/shares/${shareId}`);
  }

  private async json<T>(method: string, path: string, body?: object): Promise<T> {
    return (await (await this.call(method, path, body)).json()) as T;
  }

  private call(method: string, path: string, body?: object): Promise<Response> {
    return call(this.account, method, `/api/v1/sessions${path}`, body);
  }
}
