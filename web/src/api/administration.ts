import type { Account, User } from './account';
import { call } from './call';

/** Somebody who may sign in by password, unless disabled. */
export interface Person extends User {
  disabled: boolean;
}

export interface People {
  users: Person[];
  /** Where they are changed instead, as a sentence; null if they are changed here. */
  keptElsewhere: string | null;
}

/** The REST API for administrators. Every call may throw an ApiError. */
export class AdministrationApi {
  constructor(private readonly account: Account) {}

  people(): Promise<People> {
    return this.json('GET', '/users');
  }

  /** The made-up password is nowhere else. */
  add(username: string, role: User['role']): Promise<{ user: Person; password: string }> {
    return this.json('POST', '/users', { username, role });
  }

  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.call('PATCH', `/users/${id}`, { disabled });
  }

  async newPassword(id: string): Promise<string> {
    return (await this.json<{ password: string }>('POST', `/users/${id}/password`)).password;
  }

  /** Tells everybody who is connected. */
  async tell(text: string): Promise<void> {
    await this.call('POST', '/notices', { text });
  }

  private async json<T>(method: string, path: string, body?: object): Promise<T> {
    return (await (await this.call(method, path, body)).json()) as T;
  }

  private call(method: string, path: string, body?: object): Promise<Response> {
    return call(this.account, method, `/api/v1/admin${path}`, body);
  }
}
