/** What was open where the server was started is not open in a session. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionSpec } from '@claude-webui/protocol';
import { confinedTest } from '../testing/bubblewrap-here';
import { RunningSession } from '../testing/running-session';

/** What a session shows of two files that were open at its runner's start; the first descriptors Node.js marks by itself. */
async function shownOf(confinement: SessionSpec['program']['confinement']): Promise<string> {
  const secret = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret');
  writeFileSync(secret, 'not yours');
  const launcher = ['/bin/bash', '-c', 'exec 30<"$0" 200<"$0"; exec "$@"', secret];
  const look = 'cat <&30; cat <&200; for f in /proc/self/fd/*; do echo "<${f##*/}>"; done; echo looked; cat';
  const session = await RunningSession.start(
    { program: { path: '/bin/bash', args: ['-c', look], confinement } },
    launcher,
  );
  const client = session.attach();
  await client.shows('looked');
  const output = client.output.toString();
  await session.end();
  return output;
}

/** Beside what bash uses while it lists a folder. */
const STANDARD = ['<0>', '<1>', '<2>'];

function expectNothingBut(output: string): void {
  expect(output).not.toContain('not yours');
  const open = [...output.matchAll(/<\d+>/g)].map(([mark]) => mark);
  expect(open.filter((mark) => !['<3>', '<255>'].includes(mark))).toEqual(STANDARD);
}

test('without bubblewrap', async () => expectNothingBut(await shownOf('none')));

confinedTest('inside bubblewrap', async () => expectNothingBut(await shownOf('bubblewrap')));
