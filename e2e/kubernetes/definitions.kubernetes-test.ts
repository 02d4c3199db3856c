/** The chart's Job before an upgrade, against a real API server: it never takes definitions back to an earlier version. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';

const CHART = join(__dirname, '../../charts/claude-webui');
const NAMES = ['claudesessions', 'sessiontemplates'] as const;

let plane: ControlPlane;
let folder: string;

beforeAll(async () => {
  plane = await ControlPlane.start();
  folder = mkdtempSync(join(tmpdir(), 'definitions-test-'));
  const { users } = JSON.parse(readFileSync(plane.kubeconfig(), 'utf8')) as { users: { user: { token: string } }[] };
  writeFileSync(join(folder, 'token'), users[0]?.user.token ?? '');
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the Job of a release with these definitions says. */
function prepare(definition: (own: string) => string): string {
  for (const name of NAMES)
    writeFileSync(join(folder, `${name}.yaml`), definition(readFileSync(join(CHART, `crds/${name}.yaml`), 'utf8')));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(CHART, 'files/hooks/prepare.mjs')], {
    encoding: 'utf8',
    env: { API_SERVER: plane.url, ACCOUNT: folder, CRDS: folder, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  expect({ status, stderr: stderr.replace(/.*NODE_TLS.*\n.*trace-warnings.*\n/, '') }).toEqual({
    status: 0,
    stderr: '',
  });
  return stdout;
}

const own = (yaml: string) => yaml;
const later = (yaml: string) =>
  yaml
    .replace(/(schema-version: ")\d+"/, '$199"')
    .replace(
      /^( +)spec:\n( +)type: object\n( +)properties:\n/m,
      '$1spec:\n$2type: object\n$3properties:\n$3  later: { type: string }\n',
    );
const unversioned = (yaml: string) => yaml.replace(/ {2}annotations:\n.*schema-version.*\n/, '');
const fields = (name: string) =>
  plane.kubectl([
    'get',
    'crd',
    `${name}.claude-webui.io`,
    '-o',
    'jsonpath={..openAPIV3Schema.properties.spec.properties}',
  ]);

test('an earlier release leaves the definitions of a later one, and says so', () => {
  expect(prepare(unversioned)).toContain('claudesessions.claude-webui.io is as this version has it');
  expect(prepare(own)).toContain('claudesessions.claude-webui.io is as this version has it');
  expect(fields('claudesessions')).not.toContain('"later"');
  expect(prepare(later)).toContain('sessiontemplates.claude-webui.io is as this version has it');
  for (const name of NAMES) expect(fields(name)).toContain('"later"');
  for (const earlier of [own, unversioned]) {
    const said = prepare(earlier);
    for (const name of NAMES) {
      expect(said).toContain(`${name}.claude-webui.io is left as a later release has made it`);
      expect(fields(name)).toContain('"later"');
    }
  }
  expect(prepare(later)).toContain('claudesessions.claude-webui.io is as this version has it');
});
