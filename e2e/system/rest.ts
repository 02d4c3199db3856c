/** The REST API, as a signed-in person's scripts use it. */
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';

export type Call = (method: string, path: string, body?: object) => Promise<unknown>;

/** Signs in. What it resolves with @throws on any answer that is no success. */
export async function signInByRest(url: string): Promise<Call> {
  let token = '';
  const call: Call = async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : ((await response.json()) as unknown);
  };
  const credentials = { username: USERNAME, password: PASSWORD };
  ({ token } = (await call('POST', '/auth/login', credentials)) as { token: string });
  return call;
}

export async function endAllSessions(url: string): Promise<void> {
  const call = await signInByRest(url);
  const { sessions } = (await call('GET', '/api/v1/sessions')) as { sessions: { id: string; state: string }[] };
  const live = sessions.filter(({ state }) => state !== 'ended');
  await Promise.all(live.map(({ id }) => call('DELETE', `/api/v1/sessions/${id}`)));
}
