import { hostname, userInfo } from 'node:os';
import { recordings } from './recordings';

test('there is a recording of each program, with reads and changes of size', () => {
  const names = recordings().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'claude-full-screen',
      'claude-inline',
      'htop',
      'less',
      'nvim',
      'shell',
      'tmux',
      'top',
      'vim',
    ]),
  );
  for (const { pieces } of recordings()) {
    expect(pieces.filter(({ type }) => type === 'output').length).toBeGreaterThan(10);
    expect(pieces.filter(({ type }) => type === 'size').length).toBeGreaterThanOrEqual(2);
  }
});

test('no recording has anything of the machine that made it', () => {
  for (const { name, pieces } of recordings()) {
    const text = Buffer.concat(pieces.flatMap((piece) => (piece.type === 'output' ? [piece.data] : []))).toString();
    const words = text.split(/[^\w.-]+/);
    expect([name, words.includes(hostname()), text.includes(process.cwd())]).toEqual([name, false, false]);
    if (userInfo().username !== 'root') expect(text).not.toContain(userInfo().homedir);
  }
});
