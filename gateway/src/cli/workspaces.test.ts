import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ownerLabel } from '@claude-webui/kubernetes-api';
import { Users } from '../auth/users';
import type { WorkspaceClaim } from '../sessions/kubernetes/workspace-claims';
import { belongingToNobody, ownersIn, runWorkspaces } from './workspaces';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'workspaces-cli-'));
  file = join(directory, 'owners');
});
afterEach(() => rmSync(directory, { recursive: true }));

const claim = (owner: string, annotated: string | null = owner): WorkspaceClaim => ({
  name: `workspace-${owner}`,
  ownerLabel: ownerLabel(owner),
  owner: annotated,
  ownerName: null,
  workspace: 'default',
  size: '5Gi',
  createdAt: '2026-01-01T00:00:00.000Z',
  isInUse: false,
});

test('what belongs to nobody is told by the label of the owner, whatever the annotations say', () => {
  const claims = [claim('ada'), claim('bob'), claim('eve', 'ada'), claim('old', null)];
  expect(belongingToNobody(claims, ['ada', 'old']).map(({ name }) => name)).toEqual(['workspace-bob', 'workspace-eve']);
});

test('owners are the ids of a list, or of the users file, disabled ones too', async () => {
  writeFileSync(file, 'ada\r\nauth0|bob\n\n');
  expect(await ownersIn(file)).toEqual(['ada', 'auth0|bob']);
  const users = Users.open(join(directory, 'users.json'));
  await users.add('carol', 'user', 'correct horse battery');
  const [{ id } = { id: '' }] = users.list();
  await users.setDisabled(id, true);
  expect(await ownersIn(join(directory, 'users.json'))).toEqual([id]);
});

test.each(['', '\n', '{"users": []}'])(
  'a file that names nobody (%j) is refused: all would belong to nobody',
  async (text) => {
    writeFileSync(file, text);
    await expect(ownersIn(file)).rejects.toThrow('names nobody');
  },
);

test.each([
  [['--namespace', 'n', '--remove'], 2],
  [['--owners', 'f'], 2],
  [['--namespace', 'n', '--ownerz', 'f'], 2],
  [['--namespace', 'n', '--owners', '/not/there', '--remove'], 1],
])('%j ends with %i, before the cluster is asked', async (args, code) => {
  const said: string[] = [];
  const io = {
    stdin: Readable.from([]),
    out: (text: string) => said.push(text),
    err: (text: string) => said.push(text),
  };
  expect(await runWorkspaces(args, io)).toBe(code);
  expect(said.join()).toContain(code === 2 ? 'Usage' : 'cannot be read');
});
