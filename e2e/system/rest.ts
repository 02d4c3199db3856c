/** The REST API, as a signed-in person's scripts use it. */
import { jsonCall } from '@claude-webui/testing/http/json-call';
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';

export type Call = (method: string, path: string, body?: object) => Promise<unknown>;

/** Signs in. What it resolves with @throws on any answer that is no success. */
export async function signInByRest(url: string): Promise<Call> {
  const credentials = { username: USERNAME, password: PASSWORD };
  const { token } = (await jsonCall(url, null, 'POST', '/auth/login', credentials)) as { token: string };
  return (method, path, body) => jsonCall(url, token, method, path, body);
}

export async function endAllSessions(url: string): Promise<void> {
  const call = await signInByRest(url);
  const { sessions } = (await call('GET', '/api/v1/sessions')) as { sessions: { id: string; state: string }[] };
  const live = sessions.filter(({ state }) => state !== 'ended');
  await Promise.all(live.map(({ id }) => call('DELETE', `/api/v1/sessions/${id}`)));
}
