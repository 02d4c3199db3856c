import { Terminal } from '@xterm/headless';
import { resumeHintEraser } from './resume-hint';

const COMMAND = 'claude --resume b7dbe9c8-abec-4ac5-93dc-e3b0396fdfa9';
const HINT = `\r\nResume this session with:\r\n${COMMAND}\r\n`;

/** What is on the screen after a program has written this and its hint, if any, was taken away. */
async function left(output: string, cols = 80): Promise<string[]> {
  const terminal = new Terminal({ cols, rows: 12, allowProposedApi: true });
  const write = (data: string) => new Promise<void>((resolve) => terminal.write(data, resolve));
  await write(output);
  await write(resumeHintEraser(terminal) ?? '');
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '');
  return lines.filter((line) => line !== '');
}

test.each([80, 30])('the advice to resume is taken off a terminal of %i columns, and nothing else', async (cols) => {
  expect(await left(`an answer${HINT}`, cols)).toEqual(['an answer']);
});

test('an answer that only names the command stays', async () => {
  expect(await left(`${COMMAND}\r\n`)).toEqual([COMMAND]);
  expect(await left(`Resume this session with:\r\nsomething else`)).toHaveLength(2);
});

test('advice that has scrolled on stays where it is', async () => {
  expect(await left(HINT + '\r\n'.repeat(20))).toEqual(['Resume this session with:', COMMAND]);
});
