/** What is in the images, and what is not. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { testUnless } from '@claude-webui/testing/unless';
import { ROOT, docker } from './stack';

const run = promisify(execFile);
const IMAGES = ['gateway', 'nginx', 'operator', 'server', 'session-runner', 'web'];
/** Those of a cluster; the other two are made of the same stages. */
const BUILT_AGAIN = ['gateway', 'operator', 'session-runner', 'web'];
const name = (image: string) => `claude-webui/${image}:dev`;
/** No compilers, no package managers but the apt that is meant for derived images, no tools that fetch. */
const UNWANTED = ['npm', 'npx', 'yarn', 'gcc', 'g++', 'cc', 'make', 'python3', 'sudo'];
/** Five minutes, and only a change of the Dockerfiles or of how images are built can break it. */
const FULL = process.env['E2E'] === 'full' ? null : 'E2E=full builds the images again';
/** Until docker says that it is healthy. */
const HEALTHY_MS = 60_000;

/** Runs a shell command as root in the image, without a network. */
const inImage = (image: string, command: string) =>
  docker('run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', 'sh', name(image), '-c', command);

const layersOf = async (image: string) =>
  JSON.parse(await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image)) as string[];

describe.each(IMAGES)('%s', (image) => {
  test('runs as 10001, by tini', async () => {
    const format = '{{.Config.User}} {{json .Config.Entrypoint}}';
    expect(await docker('image', 'inspect', '--format', format, name(image))).toMatch(/^10001:10001 \["tini","--"/);
  });

  test('has no build tools, package managers, caches, logs, and nothing setuid', async () => {
    const unwanted = [...UNWANTED, ...(image === 'session-runner' ? [] : ['apt', 'apt-get'])];
    const found = await inImage(
      image,
      `for program in ${unwanted.join(' ')}; do command -v $program; done
       find / -xdev -perm /6000 ! -type d
       find /var/cache /var/lib/apt/lists /var/log /root /tmp /run -type f 2>/dev/null || true`,
    );
    expect(found).toBe('');
  });

  test('lists what it is made of', async () => {
    const text = await inImage(image, `cat /usr/share/sbom/claude-webui-${image}.cdx.json`);
    const { bomFormat, specVersion, components } = JSON.parse(text) as {
      bomFormat: string;
      specVersion: string;
      components: { purl: string; version: string }[];
    };
    expect({ bomFormat, specVersion }).toEqual({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const purls = components.map(({ purl }) => purl);
    expect(new Set(purls).size).toBe(purls.length);
    const installed = (await inImage(image, "sed -n 's/^Package: //p' /var/lib/dpkg/status")).trim().split('\n');
    const listed = purls.flatMap((purl) => /^pkg:deb\/debian\/([^@]+)@/.exec(purl)?.[1] ?? []);
    expect(listed.sort()).toEqual(installed.sort());
    const modules = await inImage(image, 'find /app -name package.json -path "*/node_modules/*" 2>/dev/null | wc -l');
    if (Number(modules) > 0) expect(purls.some((purl) => purl.startsWith('pkg:npm/'))).toBe(true);
  });
});

describe('the same input', () => {
  const directory = mkdtempSync(join(tmpdir(), 'claude-webui-images-'));
  const MARKER = `marker-${process.pid}-of-a-closed-network`;
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const builtAgain = async () => {
    const secret = (file: string, text: string) => {
      writeFileSync(join(directory, file), text);
      return join(directory, file);
    };
    const ca = process.env['CA_FILE'] ?? process.env['NODE_EXTRA_CA_CERTS'];
    await run('hack/build-images', BUILT_AGAIN, {
      cwd: ROOT,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        IMAGE_TAG: 'again',
        BUILD_ARGUMENTS: '--no-cache',
        NPMRC_FILE: secret('npmrc', `; ${MARKER}\n`),
        APT_CONF_FILE: secret('apt.conf', `// ${MARKER}\n`),
        CA_FILE: secret('ca', `${MARKER}\n${ca === undefined ? '' : readFileSync(ca, 'utf8')}`),
      },
    });
    for (const image of BUILT_AGAIN) {
      const again = `claude-webui/${image}:again`;
      expect({ image, layers: await layersOf(again) }).toEqual({ image, layers: await layersOf(name(image)) });
      const leak = `docker save ${again} | grep --text --count ${MARKER} || true`;
      expect((await run('sh', ['-c', leak])).stdout.trim()).toBe('0');
      expect(await docker('history', '--no-trunc', again)).not.toContain(MARKER);
      await docker('rmi', again);
    }
  };
  testUnless(FULL, 'gives the same layers, with nothing of the secrets that it was built with', builtAgain, 1_200_000);

  test('the CLI is one layer, the same in both images that have it', async () => {
    const runner = await layersOf(name('session-runner'));
    const server = await layersOf(name('server'));
    expect(server[1]).toBe(runner[1]);
  });
});

describe('on a read-only root, without capabilities', () => {
  const containers: string[] = [];
  const start = async (image: string, ...args: string[]) => {
    const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    const id = await docker('run', '--detach', ...hardened, '--tmpfs', '/tmp:exec,mode=1777', ...args, name(image));
    containers.push(id.trim());
    return id.trim();
  };
  afterAll(() => docker('rm', '--force', ...containers));

  test('the gateway becomes healthy', async () => {
    const id = await start(
      'gateway',
      '--env',
      `JWT_SECRET=${randomBytes(48).toString('base64')}`,
      '--env',
      'DATA_DIR=/tmp/data',
    );
    const health = async () => (await docker('inspect', '--format', '{{.State.Health.Status}}', id)).trim();
    await eventually(
      async () => (await health()) === 'healthy',
      () => docker('logs', id),
      HEALTHY_MS,
    );
  });

  test('the session-runner has the CLI and its tools', async () => {
    const tools = 'export HOME=/tmp; claude --version; git --version; rg --version; bash --version; id -u';
    const said = await docker(
      ...['run', '--rm', '--read-only', '--cap-drop', 'ALL', '--tmpfs', '/tmp:exec,mode=1777'],
      ...['--entrypoint', 'bash', name('session-runner'), '-ec', tools],
    );
    expect(said).toMatch(/Claude Code[\s\S]*git version[\s\S]*ripgrep[\s\S]*GNU bash[\s\S]*\n10001\n/);
  });
});

describe('an image of your own', () => {
  const directory = mkdtempSync(join(tmpdir(), 'claude-webui-derived-'));
  const DERIVED = 'claude-webui/derived:test';
  /** The recipe of the document that has settings of the organisation. */
  const recipe = readFileSync(join(ROOT, 'docs/IMAGES.md'), 'utf8')
    .split('```')
    .find((block) => block.startsWith('dockerfile\n') && block.includes('managed-settings.json'));
  afterAll(async () => {
    await docker('rmi', DERIVED);
    rmSync(directory, { recursive: true, force: true });
  });

  test('has its managed settings where Claude Code looks, and nobody inside can change them', async () => {
    writeFileSync(join(directory, 'Dockerfile'), (recipe ?? '').replace('dockerfile\n', ''));
    writeFileSync(join(directory, 'managed-settings.json'), '{"of": "the organisation"}');
    await docker('build', '--quiet', '--tag', DERIVED, directory);
    const look = 'cat /etc/claude-code/managed-settings.json; touch /etc/claude-code/x || id -u';
    const mounts = ['--read-only', '--tmpfs', '/tmp:exec,mode=1777', '--entrypoint', 'sh'];
    const said = await docker('run', '--rm', ...mounts, DERIVED, '-c', look);
    expect(said).toBe('{"of": "the organisation"}10001\n');
  });
});
