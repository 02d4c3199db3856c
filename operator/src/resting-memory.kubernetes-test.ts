import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlPlane } from '@claude-webui/testing/processes/control-plane';
import { OperatorProcess } from './testing/operator-process';
import { World, installDefinitions } from './testing/world';

const OPERATOR = join(__dirname, '..');
const BUNDLE = join(OPERATOR, 'dist/bundle/operator.js');
/** Node.js itself takes 41 of them; 120 were those with the client library’s models. */
const BAR_MB = 73;

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  execFileSync('npm', ['run', 'bundle', '--silent'], { cwd: OPERATOR, stdio: 'ignore' });
  plane = await ControlPlane.start([{ name: 'operator-a', groups: ['system:masters'] }]);
  installDefinitions(plane);
  world = await World.create(plane);
});
afterAll(async () => {
  await world.close();
  await plane.close();
});

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1000;
}

it(`the operator of the image takes at most ${BAR_MB} MB at rest`, async () => {
  const operator = new OperatorProcess(plane, world.namespace, 'operator-a', BUNDLE);
  try {
    await operator.logged('reconciling');
    const megabytes = residentMb(operator.pid);
    expect(megabytes).toBeLessThanOrEqual(BAR_MB);
  } finally {
    await operator.kill();
  }
});
