// Before install and upgrade. Helm never upgrades what is in crds/, so the definitions are applied here; and secrets that
// nobody gave are made here, once: what is there stays, so that an upgrade signs nobody out.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { call, Refusal, run } from './api.mjs';

const { RELEASE_NAME, RELEASE_NAMESPACE, FULLNAME, MAKE_SECRETS = '' } = process.env;
const { CLAUDE_WEBUI = '/app/gateway/claude-webui.js' } = process.env;
const { CRDS = '/crds' } = process.env;
const VERSION = 'claude-webui.io/schema-version';
const secretsPath = `/api/v1/namespaces/${RELEASE_NAMESPACE}/secrets`;

/** 0 before there were versions. */
const versionIn = (yaml) => Number(yaml.match(/^ {4}claude-webui\.io\/schema-version: ['"]?(\d+)['"]?$/m)?.[1] ?? 0);

async function versionAt(path) {
  try {
    return Number((await call('GET', path)).metadata.annotations?.[VERSION] ?? 0);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return 0;
    throw error;
  }
}

async function applyDefinitions() {
  for (const file of readdirSync(CRDS).filter((name) => name.endsWith('.yaml'))) {
    const name = `${file.slice(0, -'.yaml'.length)}.claude-webui.io`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const definition = readFileSync(`${CRDS}/${file}`, 'utf8');
    const own = versionIn(definition);
    const there = await versionAt(path);
    // An earlier one would take fields from everybody's objects: the definitions are the whole cluster's.
    if (there > own) {
      console.log(
        `${name} is left as a later release has made it: its schema is version ${there}, this release's ${own}`,
      );
      continue;
    }
    await call(
      'PATCH',
      `${path}?fieldManager=claude-webui-chart&force=true`,
      definition,
      'application/apply-patch+yaml',
    );
    console.log(`${name} is as this version has it`);
  }
}

const random = () => randomBytes(32).toString('base64');

/** Each gives the content of one secret. */
const MAKERS = {
  jwt: () => ({ jwt: JSON.stringify({ active: 'k1', keys: { k1: random() } }) }),
  'runner-bind': () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      'runner-bind': privateKey.export({ type: 'pkcs8', format: 'pem' }),
      public: publicKey.export({ type: 'spki', format: 'pem' }),
    };
  },
  redis: () => {
    const password = randomBytes(24).toString('hex');
    const settings = ['bind * -::*', 'save ""', 'appendonly no', 'dir /tmp', 'maxmemory-policy noeviction'];
    return {
      'redis.conf': [...settings, `requirepass ${password}`, ''].join('\n'),
      url: `redis://:${password}@${FULLNAME}-redis.${RELEASE_NAMESPACE}.svc:6379`,
    };
  },
};

async function exists(name) {
  try {
    await call('GET', `${secretsPath}/${name}`);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return false;
    throw error;
  }
}

async function make(name, stringData) {
  await call('POST', secretsPath, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/part-of': 'claude-webui', 'app.kubernetes.io/instance': RELEASE_NAME },
    },
    stringData,
  });
  console.log(`Secret ${name} is made`);
}

/** The first administrator: the password in one secret, for a person to read and to delete; its hash in the other. */
async function makeUsers() {
  const administrator = `${FULLNAME}-administrator`;
  if (await exists(`${FULLNAME}-users`)) return;
  const password = randomBytes(18).toString('base64url');
  const arguments_ = [CLAUDE_WEBUI, 'users', '--file', '/tmp/users.json', '--password-stdin', 'add', 'admin', 'admin'];
  const { status, stderr } = spawnSync(process.execPath, arguments_, { input: `${password}\n`, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The administrator cannot be made: ${stderr}`);
  // This one first: a try that ends between the two is repeated with a password that is still to be had.
  if (await exists(administrator)) await call('DELETE', `${secretsPath}/${administrator}`);
  await make(administrator, { username: 'admin', password });
  await make(`${FULLNAME}-users`, { users: readFileSync('/tmp/users.json', 'utf8') });
}

run(async () => {
  await applyDefinitions();
  for (const kind of MAKE_SECRETS.split(',').filter(Boolean)) {
    if (kind === 'users') await makeUsers();
    else if (!(await exists(`${FULLNAME}-${kind}`))) await make(`${FULLNAME}-${kind}`, MAKERS[kind]());
  }
});
