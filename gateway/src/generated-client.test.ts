/** A client that is made from the OpenAPI document compiles, and does everything against a server as people run it. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PASSWORD } from './testing/environment';
import { GatewayProcess } from './testing/gateway-process';

jest.setTimeout(180_000);

const ROOT = join(__dirname, '../..');
const EXAMPLE = join(ROOT, 'docs/examples/api-client.ts');
const GENERATOR = join(dirname(require.resolve('openapi-typescript/package.json')), 'bin/cli.js');
const COMPILER = join(dirname(require.resolve('@typescript/native/package.json')), 'bin/tsc');
const COMPILER_OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  skipLibCheck: true,
};

let directory: string;
let gateway: GatewayProcess;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cwui-client-'));
  gateway = await GatewayProcess.start({
    DATA_DIR: join(directory, 'data'),
    CLAUDE_WORKING_DIR: join(directory, 'sessions'),
  });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
});

async function run(program: string, ...args: string[]): Promise<string> {
  const ran = promisify(execFile)(process.execPath, [program, ...args], { cwd: directory });
  const { stdout } = await ran.catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} failed: ${stdout}${stderr}`);
  });
  return stdout;
}

test('the example of the documentation compiles and goes through a whole day', async () => {
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  copyFileSync(EXAMPLE, join(directory, 'api-client.ts'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  const project = { compilerOptions: COMPILER_OPTIONS, files: ['api-client.ts'] };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(project));
  await run(GENERATOR, `${gateway.address}/api/v1/openapi.json`, '--output', 'api.d.ts');
  await run(COMPILER, '--project', '.');
  const said = await run('api-client.js', gateway.address, 'admin', PASSWORD);
  expect(said.trim().split('\n')).toEqual([
    'signed in as admin, admin',
    'listed: From the API',
    'renamed: From a typed client',
    'uploaded: notes/today.txt, 17 bytes',
    'listed: today.txt',
    'downloaded: what I did today',
    'moved: notes/yesterday.txt',
    'deleted: file-not-found',
    'links: 1, to /s',
    'ended: terminated',
    'signed out',
  ]);
});
