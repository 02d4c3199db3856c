/** The profile `aws-local`: the server reads its secrets from a stand-in for Secrets Manager. */
import { call } from './edge-client';
import { startStack } from './stack';
import type { Stack } from './stack';

const PASSWORD = 'correct horse battery';
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    COMPOSE_PROFILES: 'aws-local',
    SECRETS_PROVIDER: 'aws',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://aws-local:5000',
    CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
  });
}, 300_000);
afterAll(() => stack.close(), 60_000);

test('sign-ins are signed by the key that is there', async () => {
  const login = await call(`${stack.url}/auth/login`, {
    method: 'POST',
    ca: stack.ca,
    headers: { origin: stack.url },
    body: { username: 'admin', password: PASSWORD },
  });
  expect(login.status).toBe(200);
  const { token } = JSON.parse(login.body) as { token: string };
  const sessions = await call(`${stack.url}/api/v1/sessions`, {
    ca: stack.ca,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(sessions.status).toBe(200);
  const metrics = await stack.exec('nginx', 'curl', '-sS', 'http://claude-webui-server:3001/metrics');
  expect(metrics).toMatch(/secret_last_read_timestamp_seconds\{secret="jwt"\} 1/);
  expect(await stack.logs('aws-local-seed')).toContain('Made the secret claude-webui/jwt.');
});
