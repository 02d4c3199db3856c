import type { Terminal as BrowserTerminal } from '@xterm/xterm';
import { Terminal } from '@xterm/headless';
import { xtermCore } from './internals';
import { repairXterm, unfinishedBytes } from './repairs';

const OPTIONS = { allowProposedApi: true, logLevel: 'off' } as const;

function plain(cols = 10, rows = 4, scrollback = 20): Terminal {
  return new Terminal({ ...OPTIONS, cols, rows, scrollback });
}

function mended(cols?: number, rows?: number, scrollback?: number): Terminal {
  const terminal = plain(cols, rows, scrollback);
  repairXterm(terminal);
  return terminal;
}

/** At once, and so that an exception comes back. */
function write(terminal: Terminal | BrowserTerminal, data: string | Uint8Array): void {
  xtermCore(terminal)._inputHandler.parse(Buffer.from(data));
}

function rowsOf(terminal: Terminal): string[] {
  const { active } = terminal.buffer;
  return Array.from(
    { length: terminal.rows },
    (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
  );
}

function wrapped(terminal: Terminal): boolean[] {
  return Array.from(
    { length: terminal.buffer.active.length },
    (_, row) => terminal.buffer.active.getLine(row)!.isWrapped,
  );
}

/** How much a cell holds after so many combining characters. */
function clusterOf(terminal: Terminal, marks: number): string {
  write(terminal, `a${'\u0301'.repeat(marks)}b`);
  return terminal.buffer.active.getLine(0)?.getCell(0)?.getChars() ?? '';
}

/** Before any terminal is mended, for this is mended in all at once. */
const UNLIMITED = clusterOf(plain(), 5000);

/**
 * What a fault does to a terminal as it comes, and what a mended one does in its place. When the first of the two fails, xterm.js
 * has been mended, and the repair can go.
 */
describe.each([
  // First: it is mended for all terminals at once.
  {
    fault: 'wrapping anew overwrites the last lines of a ring that has turned',
    run: (terminal: Terminal) => {
      write(terminal, `${'a long line '.repeat(3)}\r\n`.repeat(10));
      write(terminal, 'last\r\n');
      terminal.resize(4, 4);
      return rowsOf(terminal).slice(-2);
    },
    broken: ['last', 'ng l'],
    right: ['last', ''],
  },
  {
    fault: 'a character is lost when the data ends behind its byte 0x80',
    run: (terminal: Terminal) => {
      write(terminal, Buffer.from([0x61, 0xe2, 0x80]));
      write(terminal, Buffer.from([0x94, 0x62]));
      return rowsOf(terminal)[0];
    },
    broken: 'ab',
    right: 'a—b',
  },
  {
    fault: 'erasing above from the last corner throws',
    run: (terminal: Terminal) => {
      write(terminal, 'one\r\ntwo\x1b[4;10Hx');
      try {
        write(terminal, '\x1b[1J');
      } catch (error) {
        return error instanceof TypeError ? 'throws' : 'else';
      }
      return rowsOf(terminal).join('');
    },
    broken: 'throws',
    right: '',
  },
  {
    fault: 'erasing above in the last column takes its mark from a wrapped line of the scrollback',
    run: (terminal: Terminal) => {
      write(terminal, 'a line of more than ten\r\n\n\n\n\n\x1b[1;10H\x1b[1J');
      return wrapped(terminal).slice(0, 3);
    },
    broken: [false, false, true],
    right: [false, true, true],
  },
  {
    fault: 'without wrapping, a wide character that does not fit takes a half of the one before it',
    run: (terminal: Terminal) => {
      write(terminal, `\x1b[?7l${'漢'.repeat(6)}`);
      return xtermCore(terminal)._bufferService.buffers.normal.lines.get(0)?.getWidth(9);
    },
    broken: 1,
    right: 0,
  },
  {
    fault: 'without wrapping, what joins a character that does not fit joins another',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[?7l123456789x\x1b[10G漢\u0301');
      return rowsOf(terminal)[0];
    },
    broken: '123456789\u0301',
    right: '123456789x',
  },
  {
    fault: 'what DECSC saves moves with the text',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[4H\x1b7\n\n\x1b8x');
      return rowsOf(terminal).indexOf('x');
    },
    broken: 1,
    right: 3,
  },
  {
    fault: 'DECRC forgets which underline it was',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[4:3m\x1b7\x1b[m\x1b8x');
      const extended = xtermCore(terminal)._bufferService.buffers.normal.lines.get(0)?._extendedAttrs[0];
      return ((extended?._ext ?? 0) >> 26) & 7;
    },
    broken: 0,
    right: 3,
  },
  {
    fault: 'DECRC brings back a character set but not that it is invoked',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b)0\x0e\x1b7\x0f\x1b8\x1b)Bq');
      return rowsOf(terminal)[0];
    },
    broken: '─',
    right: 'q',
  },
  {
    fault: 'links that are overwritten are known as long as their line is there',
    run: (terminal: Terminal) => {
      for (let n = 0; n < 10_000; n += 1)
        write(terminal, `\r\x1b]8;;http://a/${n}\x1b\\x\x1b]8;id=${n};http://b\x1b\\`);
      const { normal } = xtermCore(terminal)._bufferService.buffers;
      const { _dataByLinkId: links, _entriesWithId: byKey } = xtermCore(terminal)._oscLinkService;
      const last = links.get(normal.lines.get(0)?._extendedAttrs[0]?._urlId ?? 0);
      return [links.size > 3000, byKey.size > 3000, (last?.lines.length ?? 0) > 0];
    },
    broken: [true, true, true],
    right: [false, false, true],
  },
  {
    fault: 'a link is forgotten when the line has gone where it was before margins scrolled it',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[2H\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\\x1b[2;3r\x1b[2H\x1bM\x1b[r\x1b[3H\x1b[1J');
      const core = xtermCore(terminal);
      const extended = core._bufferService.buffers.normal.lines.get(2)?._extendedAttrs[1];
      return core._oscLinkService.getLinkData(extended?._urlId ?? 0)?.uri ?? 'forgotten';
    },
    broken: 'forgotten',
    right: 'http://a',
  },
  {
    fault: 'deleting characters brings back what a narrower alternate screen has cut off',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[?1049h\x1b[H0123456789');
      terminal.resize(5, 4);
      write(terminal, '\x1b[H\x1b[3P');
      return rowsOf(terminal)[0];
    },
    broken: '3456789',
    right: '34',
  },
  {
    fault: 'an alternate screen has scrollback after the terminal became lower',
    run: (terminal: Terminal) => {
      terminal.resize(10, 2);
      write(terminal, '\x1b[?1049h\x1b[H\n\n\n');
      return terminal.buffer.alternate.baseY;
    },
    broken: 2,
    right: 0,
  },
  {
    fault: 'tab stops right of the edge count when the terminal becomes wider again',
    run: (terminal: Terminal) => {
      terminal.resize(40, 4);
      terminal.resize(20, 4);
      write(terminal, '\x1b[17G\x1b[g\x1b[9G\x1b[g');
      terminal.resize(40, 4);
      return Object.keys(xtermCore(terminal)._bufferService.buffers.normal.tabs).join();
    },
    broken: '0,24,32',
    right: '0,8,16,24,32',
  },
  {
    fault: 'wrapping anew without room for scrollback leaves the screen without its last line',
    run: (terminal: Terminal) => {
      terminal.options.scrollback = 0;
      write(terminal, 'one\r\na longer line than this\x1b[H');
      terminal.resize(3, 4);
      return terminal.buffer.active.length - terminal.buffer.active.baseY;
    },
    broken: 3,
    right: 4,
  },
  {
    fault: 'without wrapping, a narrow character in the last column leaves the first half of what it overwrites',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[?7l12345678漢x');
      return xtermCore(terminal)._bufferService.buffers.normal.lines.get(0)?.getWidth(8);
    },
    broken: 2,
    right: 1,
  },
  {
    fault: 'a cursor that was saved past the last column comes back between others after the terminal became wider',
    run: (terminal: Terminal) => {
      write(terminal, '1234567890\x1b7');
      terminal.resize(20, 4);
      write(terminal, '\x1b8x');
      return rowsOf(terminal)[0];
    },
    broken: '1234567890x',
    right: '123456789x',
  },
  {
    fault: 'half a wide character is left at the edge of a narrower alternate screen',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[?1049h\x1b[H12345漢');
      terminal.resize(6, 4);
      return xtermCore(terminal)._bufferService.buffers.alt.lines.get(0)?.getWidth(5);
    },
    broken: 2,
    right: 1,
  },
  {
    fault: 'what combines joins the character before the cursor, though a change of size has moved it',
    run: (terminal: Terminal) => {
      write(terminal, '\x1b[?1049h\x1b[Habcdef');
      terminal.resize(4, 4);
      write(terminal, '\u0301');
      return terminal.buffer.active.getLine(0)?.getCell(2)?.getChars();
    },
    broken: 'c\u0301',
    right: 'c',
  },
])('$fault', ({ run, broken, right }) => {
  test('in xterm.js', () => expect(run(plain())).toEqual(broken));
  test('but not here', () => expect(run(mended())).toEqual(right));
});

describe('a cell takes any number of combining characters', () => {
  test('in xterm.js', () => expect(UNLIMITED).toHaveLength(5001));
  test('but not here', () => expect(clusterOf(mended(), 5000).length).toBeLessThan(100));
  test('and 30 of them are left as they are', () => expect(clusterOf(mended(), 30)).toBe(`a${'\u0301'.repeat(30)}`));
  test('and so is what is behind them', () => {
    const terminal = mended();
    clusterOf(terminal, 5000);
    expect(rowsOf(terminal)[0]).toMatch(/^a\u0301+b$/);
  });
});

/** Steps that a terminal takes for a count, of the kind that each control is made of. */
function steps(terminal: Terminal, control: string): number {
  const { normal } = xtermCore(terminal)._bufferService.buffers;
  let count = 0;
  for (const [object, name] of [
    [normal.lines, 'splice'],
    [normal, 'nextStop'],
    [normal, 'prevStop'],
    [normal.lines, 'push'],
    [normal.lines, 'recycle'],
  ] as const) {
    const method: unknown = Reflect.get(object, name);
    if (typeof method !== 'function') throw new Error(`there is no ${name}`);
    const counting = new Proxy(method, {
      apply: (target, self, args: unknown[]) => {
        count += 1;
        const result: unknown = Reflect.apply(target, self, args);
        return result;
      },
    });
    Reflect.set(object, name, counting);
  }
  write(terminal, control);
  return count;
}

describe.each(['L', 'M', 'S', 'T', 'I', 'Z', 'b'])(
  'a count of %s far beyond the screen is taken at its word',
  (final) => {
    const control = `a\x1b[50000${final}`;
    test('in xterm.js', () => expect(steps(plain(), control)).toBeGreaterThan(4000));
    test('but not here', () => expect(steps(mended(), control)).toBeLessThan(100));
  },
);

test.each(['L', 'M', 'S', 'T', 'I', 'Z', 'b'])('the highest count of %s takes no longer than a high one', (final) => {
  const terminal = mended();
  const started = performance.now();
  write(terminal, `ab\x1b[2147483647${final}`);
  // Unmended it takes minutes.
  expect(performance.now() - started).toBeLessThan(5000);
  expect(terminal.buffer.active.length).toBeLessThanOrEqual(24);
});

test.each([
  ['a', 0],
  ['é', 0],
  ['a\xc3', 1],
  ['\xe2\x80', 2],
  ['\xe2\x80\x94', 0],
  ['\xf0\x9f\x91', 3],
  ['\xf0\x9f\x91\x8d', 0],
  ['\x80\x80\x80\x80', 0],
  ['\xff', 0],
])('of %j so many bytes begin a character: %d', (text, bytes) => {
  const data = text === 'é' ? Buffer.from(text) : Buffer.from(text, 'latin1');
  expect(unfinishedBytes(data)).toBe(bytes);
});
