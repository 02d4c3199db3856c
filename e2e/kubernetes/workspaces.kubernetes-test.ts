/** `claude-webui workspaces` on a real API server, with claims that a real operator has made. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceClaimName } from '@claude-webui/kubernetes-api';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { seen, settled } from '@claude-webui/operator/testing/seen';
import { World, installDefinitions } from '@claude-webui/operator/testing/world';

const PROGRAM = join(__dirname, '../../gateway/dist/cli/main.js');

let plane: ControlPlane;
let world: World;
let folder: string;

beforeAll(async () => {
  plane = await ControlPlane.start([{ name: 'nobody' }]);
  installDefinitions(plane);
  world = await World.create(plane);
  folder = mkdtempSync(join(tmpdir(), 'workspaces-test-'));
  await world.kubelet.playAll();
  await world.template({ workspace: { kind: 'Persistent', size: '1Gi', accessModes: ['ReadWriteOnce'] } });
  await world.operator();
});
afterAll(async () => {
  await world.close();
  await plane.close();
  rmSync(folder, { recursive: true, force: true });
});

function workspaces(args: string[], user?: string) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: plane.kubeconfig(user) };
  const command = [PROGRAM, 'workspaces', '--namespace', world.namespace, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env });
  return { status, stderr, lines: stdout.split('\n').filter((line) => line !== '') };
}

const nameOf = (owner: string) => workspaceClaimName({ owner, workspace: 'default' });
const claims = () => plane.kubectl(['get', 'pvc', '-n', world.namespace, '-o', 'name']).trim().split('\n');

test('claims say whose they are; those that belong to nobody are removed, but for one that is in use', async () => {
  for (const owner of ['ada', 'bob', 'eve']) {
    const { metadata } = await world.session({ owner, ownerName: `${owner}\u001b[2J` });
    await seen(
      world.view.sessions,
      `${owner} is ready`,
      (one) => one.metadata.name === metadata.name && one.status?.phase === 'Ready',
    );
    if (owner === 'eve') continue;
    plane.kubectl(['delete', 'claudesession', metadata.name, '-n', world.namespace]);
    const isGone = () => world.view.pods.find('session', metadata.name).length === 0;
    await settled(world.view.pods, `no pod of ${owner}`, isGone);
  }
  // Nobody but the cluster's own controller takes the finalizer off that protects what is mounted.
  for (const name of claims())
    plane.kubectl(['patch', name, '-n', world.namespace, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);

  const all = workspaces([]).lines;
  expect(all).toHaveLength(3);
  const day = new Date().toISOString().slice(0, 10);
  expect(all.find((line) => line.startsWith(nameOf('bob')))).toMatch(
    new RegExp(`^${nameOf('bob')}\tbob\\?\\[2J \\(bob\\)\tdefault\t1Gi\t${day}$`),
  );
  expect(all.find((line) => line.startsWith(nameOf('eve')))).toMatch(/\tin use$/);

  const owners = join(folder, 'owners');
  writeFileSync(owners, 'ada\n');
  const orphans = workspaces(['--owners', owners]).lines.map((line) => line.split('\t')[0]);
  expect(orphans.sort()).toEqual([nameOf('bob'), nameOf('eve')].sort());
  expect(claims()).toHaveLength(3);

  const { status, lines } = workspaces(['--owners', owners, '--remove']);
  expect(status).toBe(0);
  expect(lines.find((line) => line.startsWith(nameOf('bob')))).toMatch(/\tremoved$/);
  expect(lines.find((line) => line.startsWith(nameOf('eve')))).toMatch(/\tkept, it is in use$/);
  expect(claims().sort()).toEqual([nameOf('ada'), nameOf('eve')].map((name) => `persistentvolumeclaim/${name}`).sort());
});

test('who may not read them is told so', () => {
  const { status, stderr } = workspaces([], 'nobody');
  expect(status).toBe(1);
  expect(stderr).toContain('cannot list resource "persistentvolumeclaims"');
});
