import { Terminal as BrowserTerminal } from '@xterm/xterm';
import { Terminal } from '@xterm/headless';
import { xtermCore } from './internals';

test.each([
  ['browsers', () => new BrowserTerminal()],
  ['runners', () => new Terminal()],
])('what is read of xterm.js beyond its API is there in that of %s', (_name, make) => {
  expect(() => xtermCore(make())).not.toThrow();
});

test('a member that is not there any more is named', () => {
  const terminal = new Terminal();
  Reflect.deleteProperty(xtermCore(terminal)._inputHandler._parser, 'precedingJoinState');
  expect(() => xtermCore(terminal)).toThrow('_inputHandler._parser.precedingJoinState');
});
