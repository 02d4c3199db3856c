import { hostKnown } from './known-hosts';

const KNOWN = new Set(['terminal.example.org', 'gateway']);

test.each([
  [undefined, true],
  ['localhost', true],
  ['localhost:3001', true],
  ['LOCALHOST.:3001', true],
  ['me.localhost:3001', true],
  ['127.0.0.1:3001', true],
  ['127.8.9.1', true],
  ['10.1.2.3:3001', true],
  ['[::1]:3001', true],
  ['[fd00::12]', true],
  ['[::ffff:127.0.0.1]:3001', true],
  ['terminal.example.org', true],
  ['Terminal.Example.org:8443', true],
  ['terminal.example.org.', true],
  ['gateway:3001', true],
  ['evil.example', false],
  ['evil.example:3001', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['evillocalhost', false],
  ['terminal.example.org.evil.example', false],
  ['x.terminal.example.org', false],
  ['evil.example@localhost', false],
  ['localhost@evil.example', false],
  ['localhost, evil.example', false],
  ['localhost:evil', false],
  ['[evil.example]', false],
  ['[::1].evil.example', false],
  ['0x7f.1', false],
  ['2130706433', false],
  ['', false],
  ['.', false],
])('%s is a host of this server: %s', (host, known) => {
  expect(hostKnown(host, KNOWN)).toBe(known);
});
