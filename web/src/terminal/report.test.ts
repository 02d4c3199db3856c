import { isReport } from './report';

test.each([
  '\x1b[?1;2c',
  '\x1b[>0;276;0c',
  '\x1b[0n',
  '\x1b[24;80R',
  '\x1b[?24;80R',
  '\x1b[8;24;80t',
  '\x1b[?2004;1$y',
  '\x1b[I',
  '\x1b[O',
  '\x1b[<0;10;10M',
  '\x1b[<65;10;10m',
  '\x1b[M !!',
  '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\',
  '\x1bP>|xterm.js(6.0.0)\x1b\\',
  '\x1bP1$r0m\x1b\\',
])('%j is a report', (data) => expect(isReport(data)).toBe(true));

test.each([
  'a',
  '\r',
  '\x1b',
  '\x1b[A',
  '\x1bOA',
  '\x1b[1;5C',
  '\x1b[3~',
  '\x1b[Z',
  '\x1b[200~x\x1b[201~',
  '\x1bb',
  '\x1b\r',
  '\x03',
])('%j is a key', (data) => expect(isReport(data)).toBe(false));
