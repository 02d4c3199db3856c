/**
 * Holds a gateway against its own OpenAPI document: Schemathesis, from PyPI in an environment of its own under the user's cache,
 * makes up requests as nobody, as a user and as an administrator, with live sessions. Ends with 1 if it finds something.
 * `npm run fuzz:api -- [most cases of an operation] [seed]`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@claude-webui/gateway/config/config';
import { startGateway } from '@claude-webui/gateway/gateway';
import { pythonEnvironment } from './python-environment.mjs';

const VERSION = '4.32.5';
const [cases = '40', seed = '1'] = process.argv.slice(2);
const schemathesis = join(pythonEnvironment(`schemathesis-${VERSION}`, [`schemathesis==${VERSION}`]), 'schemathesis');
const PASSWORD = 'correct horse battery';

const directory = mkdtempSync(join(tmpdir(), 'cwui-fuzz-'));
const config = loadConfig({
  PORT: '0',
  INTERNAL_PORT: '0',
  LOG_LEVEL: 'error',
  JWT_SECRET: randomBytes(32).toString('base64url'),
  DATA_DIR: join(directory, 'data'),
  CLAUDE_WORKING_DIR: join(directory, 'sessions'),
  CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
  ACCESS_TOKEN_TTL: '86400',
  RATE_LIMIT_MAX_REQUESTS: '1000000',
  RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS: '1000000',
});
// In the place of Claude Code: requests start sessions all the time.
const gateway = await startGateway(config, { path: '/bin/cat', args: [] });
const { url } = gateway;

async function call(method, path, token, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

async function signIn(username, password) {
  return (await call('POST', '/auth/login', null, { username, password })).token;
}

/** A session that runs, with a file in it. */
async function session(token) {
  const { id } = await call('POST', '/api/v1/sessions', token, {});
  const at = `/api/v1/sessions/${id}`;
  for (;;) {
    const { state, end } = await call('GET', at, token);
    if (state === 'ready') break;
    if (state === 'ended') throw new Error(`no session: ${JSON.stringify(end)}`);
  }
  await call('PUT', `${at}/files/folder/file.txt`, token, 'content');
  return id;
}

/** What would end the sign-in by which it is asked is asked apart, at the end. */
const ENDS_SIGN_IN = ['/auth/logout', '/auth/password'];

/**
 * What is below a session is asked of one that runs, and what ends sessions or is done to people of those that nobody needs. Beside the statuses that Schemathesis
 * expects for good and for bad requests there are those that depend on what is there: on what files are called, how large and of which version
 * they are, and on how long a request is before anybody looks into it.
 */
const settingsFor = ({ running, spare, person }) => `
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 429, "5xx"]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 429, 431]

[[operations]]
include-path-regex = "^/api/v1/sessions/.id./(shares.*|file-changes|file-links)$"
parameters = { "path.id" = "${running}" }

[[operations]]
include-path-regex = "/(files/.path.|folders|moves|uploads|uploads/.uploadId.|file-lookup)$"
parameters = { "path.id" = "${running}" }
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 304, 400, 401, 403, 404, 409, 410, 412, 413, 416, 429, 431]

[[operations]]
include-path = "/api/v1/sessions/{id}"
parameters = { "path.id" = "${spare}" }

[[operations]]
include-path-regex = "^/api/v1/admin/users/.id."
parameters = { "path.id" = "${person}" }
`;

/** @param subjects ids of what requests are about: a `running` session, a `spare` one, a `person`. Gives the exit code. */
async function fuzz(who, token, subjects, paths) {
  const settings = join(directory, 'schemathesis.toml');
  writeFileSync(settings, settingsFor(subjects));
  const args = [
    ...['--config-file', settings, 'run', `${url}/api/v1/openapi.json`, '--checks', 'all'],
    ...['--max-examples', cases, '--seed', seed, '--continue-on-failure', '--request-timeout', '60'],
    ...paths,
    ...(token === null ? [] : ['--header', `Authorization: Bearer ${token}`]),
  ];
  process.stdout.write(`\n=== as ${who}\n`);
  const run = spawn(schemathesis, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: directory });
  const [status] = await once(run, 'exit');
  return status;
}

const apart = ENDS_SIGN_IN.flatMap((path) => ['--exclude-path', path]);
const only = ENDS_SIGN_IN.flatMap((path) => ['--include-path', path]);

let found = 1;
try {
  const admin = await signIn('admin', PASSWORD);
  const added = (username, role) => call('POST', '/api/v1/admin/users', admin, { username, role });
  const { password } = await added('somebody', 'user');
  const person = (await added('nobody-in-particular', 'viewer')).user.id;
  const user = await signIn('somebody', password);
  const subjectsOf = async (token) => {
    // What the last run has left fills the limits.
    for (const { id } of (await call('GET', '/api/v1/sessions', token)).sessions)
      await call('DELETE', `/api/v1/sessions/${id}`, token);
    return { running: await session(token), spare: await session(token), person };
  };
  const statuses = [
    await fuzz('nobody', null, await subjectsOf(user), []),
    await fuzz('a user', user, await subjectsOf(user), apart),
    await fuzz('a user who leaves', user, await subjectsOf(user), only),
    await fuzz('an administrator', admin, await subjectsOf(admin), apart),
  ];
  found = statuses.some((status) => status !== 0) ? 1 : 0;
} finally {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = found;
