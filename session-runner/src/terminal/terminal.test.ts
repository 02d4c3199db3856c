import { Terminal } from './terminal';

/** Runs a shell command to its end and returns all it has written. */
function outputOf(command: string, afterFirst: (terminal: Terminal) => void = () => undefined): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const terminal = new Terminal(
      { file: '/bin/sh', args: ['-c', command], env: { PATH: '/usr/bin:/bin' }, cwd: '/' },
      { cols: 80, rows: 24 },
      {
        output: (piece) => {
          pieces.push(Buffer.from(piece));
          if (pieces.length === 1) afterFirst(terminal);
        },
        inputDrained: () => undefined,
        exited: () => resolve(Buffer.concat(pieces).toString()),
      },
    );
  });
}

const numbers = Array.from({ length: 50_000 }, (_, index) => `${index + 1}\r\n`).join('');

test('a program that ends in a flood is heard to its last word, each time', async () => {
  for (let run = 0; run < 20; run += 1) expect(await outputOf('seq 1 50000; echo END')).toBe(`${numbers}END\r\n`);
});

test('a program that ends while nobody reads is heard to its last word too', async () => {
  for (let run = 0; run < 5; run += 1) {
    expect(await outputOf('echo 1; seq 2 400; echo END', (terminal) => terminal.pause())).toMatch(/\n400\r\nEND\r\n$/);
  }
});

test('a program that a person has left behind in the terminal does not keep it from ending', async () => {
  expect(await outputOf('trap "" HUP; (sleep 60; echo late) & echo END')).toBe('END\r\n');
});

test('the terminal knows that its text is UTF-8: erasing takes a whole character', async () => {
  expect(await outputOf('stty -a')).toMatch(/ iutf8/);
});
