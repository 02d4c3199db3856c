import { generateKeyPairSync } from 'node:crypto';
import { readPodEnvironment } from './pod-environment';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const container = {
  POD_UID: 'uid',
  RUNNER_BIND_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  CLAUDE_WORKING_DIR: '/session',
};
const sessionOf = (env: NodeJS.ProcessEnv) => readPodEnvironment({ ...container, ...env }).session;

it.each(['LANG', 'LC_ALL', 'NODE_OPTIONS', 'TZ', 'HTTPS_PROXY'])('%s reaches the session', (name) => {
  expect(sessionOf({ [name]: 'value' })).toMatchObject({ [name]: 'value' });
});

it('what the image needs for the runner reaches the session only if the template has it too', () => {
  expect(sessionOf({ NODE_ENV: 'production' })).not.toHaveProperty('NODE_ENV');
  const env = { NODE_ENV: 'development', RUNNER_SESSION_VARIABLES: 'LANG,NODE_ENV' };
  expect(sessionOf(env)).toEqual({ NODE_ENV: 'development' });
});

it('what is the runner’s own stays with it', () => {
  expect(sessionOf({ RUNNER_PORT: '1', ANTHROPIC_BASE_URL: 'http://gateway', KUBERNETES_PORT: 'tcp://' })).toEqual({});
});
