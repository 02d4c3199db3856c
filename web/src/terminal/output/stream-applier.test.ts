import { Terminal } from '@xterm/headless';
import { resumeHintEraser } from './resume-hint';
import { StreamApplier } from './stream-applier';
import { SynchronousTerminal } from './synchronous-terminal';

const SIZE = { cols: 20, rows: 5 };

/** An applier on a real terminal; its clock stands still unless the test moves it, and what it defers waits for `turn`. */
class Stage {
  readonly terminal = new Terminal({ ...SIZE, scrollback: 100, allowProposedApi: true, logLevel: 'off' });
  readonly parsed: number[] = [];
  /** What the terminal gave out, and in which state the applier was. */
  readonly answers: string[] = [];
  private deferred: (() => void)[] = [];
  private now = 0;
  private offset = 0;
  readonly applier: StreamApplier;

  constructor(private readonly msPerParse = 0) {
    const target = new SynchronousTerminal(this.terminal, (rebuild) => rebuild());
    const parse = target.parse.bind(target);
    target.parse = (data) => {
      parse(data);
      this.now += this.msPerParse;
    };
    this.applier = new StreamApplier(target, {
      now: () => this.now,
      defer: (run) => this.deferred.push(run),
      parsed: (offset) => this.parsed.push(offset),
    });
    this.terminal.onData((data) =>
      this.answers.push(`${data} ${this.applier.isReplaying ? 'replay' : this.applier.isParsing ? 'output' : 'key'}`),
    );
  }

  output(text: string, isReplay = false): void {
    const data = Buffer.from(text);
    this.offset += data.length;
    this.applier.output(data, this.offset, isReplay);
  }

  /** Runs what was deferred. False if nothing was. */
  turn(): boolean {
    const runs = this.deferred;
    this.deferred = [];
    for (const run of runs) run();
    return runs.length > 0;
  }

  /** Everything that shows, and where the next character would go. */
  get state(): unknown {
    const { cols, rows, modes, buffer } = this.terminal;
    const { active } = buffer;
    const lines = Array.from({ length: active.length }, (_, y) => {
      const line = active.getLine(y);
      const cells = Array.from({ length: cols }, (_, x) => {
        const cell = line?.getCell(x);
        return [cell?.getChars(), cell?.getFgColor(), cell?.isBold(), cell?.isInverse()].join();
      });
      return [line?.isWrapped, ...cells].join('|');
    });
    return { cols, rows, modes, type: active.type, cursor: [active.cursorX, active.cursorY, active.baseY], lines };
  }

  get lines(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '').filter(
      (line) => line !== '',
    );
  }
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\r\n`).join('');

describe('the order of things', () => {
  test('a change of size stands between the bytes before it and those after it', () => {
    const stage = new Stage();
    stage.output('\x1b[5;20Hx');
    stage.applier.resize({ cols: 30, rows: 8 });
    stage.output('\x1b[8;30Hy');
    expect(stage.lines).toEqual([`${' '.repeat(19)}x`, `${' '.repeat(29)}y`]);
  });

  test('also when bytes before it still wait, and the browser has its turn in between', () => {
    const stage = new Stage(20);
    stage.output('\x1b[5;20Hx');
    stage.output('\x1b[1;1Hw');
    stage.applier.resize({ cols: 30, rows: 8 });
    stage.output('\x1b[8;30Hy');
    expect([stage.terminal.cols, stage.parsed]).toEqual([20, [8]]);
    while (stage.turn()) continue;
    expect(stage.lines).toEqual(['w', `${' '.repeat(19)}x`, `${' '.repeat(29)}y`]);
    expect(stage.parsed).toEqual([8, 15, 23]);
  });

  test('a new screen makes what waits superfluous, and goes before what comes after it', () => {
    const stage = new Stage(20);
    stage.output('one ');
    stage.output('two ');
    stage.applier.snapshot({ cols: 30, rows: 8 }, Buffer.from('screen '), 100, false);
    stage.output('three');
    while (stage.turn()) continue;
    expect([stage.terminal.cols, stage.lines]).toEqual([30, ['screen three']]);
    expect(stage.parsed).not.toContain(8);
  });

  test('at the end of a session the advice to resume it is looked for when all of it is on the screen', () => {
    const stage = new Stage(20);
    stage.applier.resize({ cols: 40, rows: 8 });
    stage.output('an answer\r\nResume this session with:\r\n');
    stage.output('claude --resume 1');
    stage.output('\r\n');
    stage.applier.end(() => Buffer.from(resumeHintEraser(stage.terminal) ?? ''));
    while (stage.turn()) continue;
    expect(stage.lines).toEqual(['an answer']);
  });

  test('nothing is parsed once it is closed', () => {
    const stage = new Stage(20);
    stage.output('one ');
    stage.output('two ');
    stage.applier.close();
    while (stage.turn()) continue;
    expect(stage.lines).toEqual(['one ']);
  });
});

describe('a replay', () => {
  test('what a terminal answers to it is told from what it answers to output, and both from keys', () => {
    const stage = new Stage(20);
    stage.output('\x1b[c', true);
    stage.output('\x1b[c');
    stage.terminal.input('k');
    stage.turn();
    expect(stage.answers).toEqual(['\x1b[?1;2c replay', 'k key', '\x1b[?1;2c output']);
  });

  test('a snapshot is one', () => {
    const stage = new Stage();
    stage.applier.snapshot(SIZE, Buffer.from('\x1b[6n'), 3, false);
    expect(stage.answers).toEqual(['\x1b[1;1R replay']);
  });
});

describe('scrollback', () => {
  test('is put above the screen, and what has come since is there as if nothing had happened', () => {
    const whole = new Stage();
    whole.output(numbered(1, 30));
    const late = new Stage();
    late.applier.snapshot(SIZE, Buffer.from(numbered(27, 30)), 200, true);
    for (const { output, applier } of [whole, late].map((stage) => ({
      output: (text: string) => stage.output(text),
      applier: stage.applier,
    }))) {
      output(numbered(31, 40));
      applier.resize({ cols: 12, rows: 4 });
      output('\x1b[31mred and long enough to wrap');
    }
    expect(late.state).not.toEqual(whole.state);
    expect(late.applier.scrollback(Buffer.from(numbered(1, 26)))).toBe(true);
    expect(late.state).toEqual(whole.state);
    late.output('more');
    whole.output('more');
    expect(late.state).toEqual(whole.state);
  });

  test('what was done before is only drawn again; what still waited is done as ever', () => {
    const stage = new Stage(20);
    stage.applier.snapshot(SIZE, Buffer.from('screen\r\n'), 0, true);
    stage.turn();
    stage.output('\x1b[c');
    stage.output('\x1b[6n');
    stage.answers.length = stage.parsed.length = 0;
    stage.applier.scrollback(Buffer.from('above\r\n'));
    while (stage.turn()) continue;
    expect(stage.answers).toEqual(['\x1b[?1;2c replay', '\x1b[3;1R output']);
    expect(stage.parsed).toEqual([7]);
    expect(stage.lines).toEqual(['above', 'screen']);
  });

  test('is given up when too much has come since', () => {
    const stage = new Stage();
    stage.applier.snapshot(SIZE, Buffer.from('screen'), 0, true);
    for (let sent = 0; sent <= 2 * 1024 * 1024; sent += 65536) stage.output('\0'.repeat(65536));
    expect(stage.applier.scrollback(Buffer.from('above'))).toBe(false);
    expect(stage.lines).toEqual(['screen']);
  });

  test('belongs to the screen before it, not to one that was replaced', () => {
    const stage = new Stage();
    stage.applier.snapshot(SIZE, Buffer.from('screen'), 0, true);
    stage.applier.renew(SIZE);
    expect(stage.applier.scrollback(Buffer.from('above'))).toBe(false);
  });
});

describe('a terminal that is renewed', () => {
  test.each([
    ['half of a control sequence', '\x1b[3'],
    ['half of a title', '\x1b]0;ti'],
    ['half of a character', Buffer.from('é').subarray(0, 1).toString('latin1')],
    ['margins and origin mode', '\x1b[2;3r\x1b[?6h'],
    ['line drawing', '\x1b(0\x0e'],
    ['line feeds that are carriage returns', '\x1b[20h'],
    ['no wrapping, and insertion', '\x1b[?7l\x1b[4h'],
    ['the alternate screen', '\x1b[?1049h'],
    ['colours', '\x1b[1;31;7m'],
    ['tab stops', '\x1b[3g'],
  ])('has nothing left of %s', (_what, leftover) => {
    const sample = 'a\tb\nc\x1b[5;20Hxyz\r\nq\x1b[m';
    const fresh = new Stage();
    fresh.output(sample);
    const used = new Stage();
    used.applier.output(Buffer.from(`used ${leftover}`, 'latin1'), 1, false);
    used.applier.renew(SIZE);
    used.output(sample);
    expect(used.state).toEqual(fresh.state);
  });
});

test('who shows the matches of a search hears of what is parsed', () => {
  const stage = new Stage();
  let heard = 0;
  stage.terminal.onWriteParsed(() => (heard += 1));
  stage.output('text');
  expect(heard).toBe(1);
});
