import { RunningProgram } from '../testing/running-program';
import { sessionSpec } from '../testing/running-session';
import { sessionCpuMs } from './cpu';

/** CPU time of a shell command in a session once it has shown "done". */
async function cpuOf(command: string): Promise<number> {
  const spec = sessionSpec({ program: { args: ['-c', `${command}; echo done; exec sleep 1000`] } });
  const program = RunningProgram.start(spec);
  await program.shows('done');
  const cpuMs = sessionCpuMs(program.pid, spec.sessionId);
  await program.end();
  return cpuMs;
}

const COUNT = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';

test('work counts, and that of a child that has ended too', async () => {
  expect(await cpuOf(COUNT)).toBeGreaterThan(50);
  expect(await cpuOf(`sh -c '${COUNT}'`)).toBeGreaterThan(50);
});

test('work of a process that left the family counts', async () => {
  const command = `(setsid sh -c '${COUNT}; echo counted; sleep 1000' &) | { read word; }`;
  expect(await cpuOf(command)).toBeGreaterThan(50);
});

test('waiting does not count', async () => {
  expect(await cpuOf('sleep 0.3')).toBeLessThan(50);
});
