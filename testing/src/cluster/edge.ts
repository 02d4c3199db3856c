/** The product from outside, as people and their programs reach it: by the ingress, with TLS. */
import { jsonCall } from '../http/json-call';
import { TerminalClient } from '../page/terminal-client';
import { URL_OF_EDGE } from './address';
import { secret } from './kubernetes';

export const USERNAME = 'admin';

let password: string | null = null;

export async function passwordOfAdministrator(): Promise<string> {
  password ??= await secret('terminal-administrator', 'password');
  return password;
}

/** A person's calls. */
export class Person {
  private constructor(readonly token: string) {}

  static async signIn(as: { username?: string; password?: string } = {}): Promise<Person> {
    const person = new Person('');
    const body = { username: USERNAME, password: as.password ?? (await passwordOfAdministrator()), ...as };
    const { token } = (await person.call('POST', '/auth/login', body)) as { token: string };
    return new Person(token);
  }

  call(method: string, path: string, body?: object): Promise<unknown> {
    return jsonCall(URL_OF_EDGE, this.token, method, path, body);
  }

  async newSession(): Promise<string> {
    const { id } = (await this.call('POST', '/api/v1/sessions', {})) as { id: string };
    return id;
  }

  /** The web page's own connection, without the page. */
  open(sessionId: string): TerminalClient {
    return new TerminalClient(URL_OF_EDGE, this.token, sessionId);
  }

  /** A session with a shell, at the shell's prompt. */
  async shell(): Promise<{ id: string; client: TerminalClient }> {
    const id = await this.newSession();
    const client = this.open(id);
    await client.attached();
    client.type('echo R""EADY\n');
    await client.shows('READY');
    return { id, client };
  }

  end(sessionId: string): Promise<unknown> {
    return this.call('DELETE', `/api/v1/sessions/${sessionId}`);
  }

  async endAll(): Promise<void> {
    const { sessions } = (await this.call('GET', '/api/v1/sessions')) as { sessions: { id: string; state: string }[] };
    const live = sessions.filter(({ state }) => state !== 'ended');
    await Promise.all(live.map(({ id }) => this.end(id).catch(() => undefined)));
  }
}
