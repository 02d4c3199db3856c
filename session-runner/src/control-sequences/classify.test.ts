/** Each class with all that is in it and what stands next to it, from lists written apart from the code. */
import { classifyAnswer, classifyCsi, classifyString } from './classify';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('CSI', () => {
  /** XTerm's "window manipulation", by operation; what is not here moves, resizes or raises a window. */
  const OPERATIONS = new Map([
    ...[11, 13, 14, 15, 16, 18, 19].map((operation) => [operation, 'sizeReports'] as const),
    ...[20, 21].map((operation) => [operation, 'titleReports'] as const),
    ...[22, 23].map((operation) => [operation, 'title'] as const),
  ]);

  test.each(range(0, 40))('%i t', (operation) => {
    const kind = OPERATIONS.get(operation) ?? 'windowControl';
    for (const text of [`${operation}t`, `0${operation}t`, `${operation};0;0t`]) expect(classifyCsi(text)).toBe(kind);
  });

  test.each([
    ['t', 'windowControl'],
    [';5t', 'windowControl'],
    // No sequence has a number after an intermediate.
    ['2 5t', 'windowControl'],
    ['>2t', 'title'],
    ['>t', 'title'],
    // DECSWBV (volume of the bell), DECRARA (a rectangle turned over), DECSLPP’s kin.
    ['2 t', null],
    ['1;1;2;2;7$t', null],
    ['1;2/t', null],
  ])('%s', (text, kind) => expect(classifyCsi(text)).toBe(kind));

  test.each([
    ['DECRQCRA, a checksum of the screen', '1;1;1;1;5;5*y'],
    ['DECRQPSR, cursor and tab stops', '1$w'],
    ['DECRQTSR, the terminal’s state', '1$u'],
    ['XTREPORTSGR', '#R'],
    ['XTREPORTCOLORS and its stack', '#S'],
    ['the same with parameters', '1;2#S'],
  ])('%s is a report of settings', (_what, text) => expect(classifyCsi(text)).toBe('settingReports'));

  test.each(['5i', '4i', 'i', '?5i', '?i', '0;5i', '0:5i'])('%s prints', (text) =>
    expect(classifyCsi(text)).toBe('deviceControl'),
  );

  test.each([
    // Cursor up, colours, kitty’s keys, scroll up, XTPUSHCOLORS, DECRQM, cursor position, DECSCUSR.
    ...['A', '1m', '>1u', '?u', 'u', 's', '2S', '#P', '2$p', '6n', '1 q'],
    // The same final bytes with other intermediates.
    ...['2y', '#y', '1w', "1;2;3;4'w", '*w', 'R', '1;1R', '$R', '$S', '*u', '>5i', '5 i', '$5i'],
    // A report’s bytes that are not its end.
    ...['*y1', '$w;', '#R1m'],
  ])('%s is ruled by nobody', (text) => expect(classifyCsi(text)).toBeNull());
});

describe('OSC', () => {
  const COMMANDS = new Map<number, string | null>([
    ...[0, 1, 2, 3].map((command) => [command, 'title'] as const),
    ...[9, 99, 777].map((command) => [command, 'notifications'] as const),
    ...[4, 5, 7, 22, 104, 105, 133, ...range(10, 19), ...range(110, 119)].map((command) => [command, null] as const),
    [8, 'links'],
    [52, 'clipboardWrite'],
  ]);
  const kindOf = (command: number) => (COMMANDS.has(command) ? COMMANDS.get(command) : 'otherCommands');

  test('every command to 2000 is what the list says, with and without zeros before it', () => {
    const texts = range(0, 2000).flatMap((command) =>
      [`${command}`, `00${command}`].flatMap((number) =>
        [number, `${number};`, `${number};x;y`].map((text) => ({ text, kind: kindOf(command) })),
      ),
    );
    expect(texts.filter(({ text, kind }) => classifyString('osc', text, true) !== kind)).toEqual([]);
  });

  test('a command is known at the first byte after its number, and not before', () => {
    const texts = range(0, 2000).flatMap((command) => [
      { text: `${command}`, kind: 'undecided' },
      { text: `${command};`, kind: command === 52 ? 'undecided' : kindOf(command) },
    ]);
    expect(texts.filter(({ text, kind }) => classifyString('osc', text, false) !== kind)).toEqual([]);
    expect(classifyString('osc', '', false)).toBe('undecided');
  });

  test.each([
    ['lname', 'title'],
    ['Lname', 'title'],
    ['Iname', 'title'],
    ['l', 'title'],
    ['0name', 'otherCommands'],
    ['10x', 'otherCommands'],
    ['8x;;', 'otherCommands'],
    ['52x;c;?', 'otherCommands'],
    ['9 ;', 'otherCommands'],
    ['x', 'otherCommands'],
    ['xl', 'otherCommands'],
    ['x4', 'otherCommands'],
    [';52;c;?', 'otherCommands'],
    ['-52;c;?', 'otherCommands'],
  ])('%s', (text, kind) => {
    expect(classifyString('osc', text, true)).toBe(kind);
    expect(classifyString('osc', text, false)).toBe(kind);
  });

  test('an empty command is none that is known', () => {
    expect(classifyString('osc', '', true)).toBe('otherCommands');
  });

  test.each([
    ['52;c;?', 'clipboardRead', 'clipboardRead'],
    ['052;;?', 'clipboardRead', 'clipboardRead'],
    ['52;c;?x', 'clipboardRead', 'clipboardRead'],
    ['52;c;aGk=', 'clipboardWrite', 'clipboardWrite'],
    ['52;c;;?', 'clipboardWrite', 'clipboardWrite'],
    ['52;c;', 'undecided', 'clipboardWrite'],
    ['52;c', 'undecided', 'clipboardWrite'],
    ['52;?', 'undecided', 'clipboardWrite'],
    ['52;', 'undecided', 'clipboardWrite'],
    ['52', 'undecided', 'clipboardWrite'],
  ])('%s is %s while it comes, and %s when it has ended', (text, coming, ended) => {
    expect(classifyString('osc', text, false)).toBe(coming);
    expect(classifyString('osc', text, true)).toBe(ended);
  });

  test('what does not show its kind within 64 bytes is nothing that anybody needs', () => {
    expect(classifyString('osc', '1'.repeat(63), false)).toBe('undecided');
    expect(classifyString('osc', '1'.repeat(64), false)).toBe('otherCommands');
    expect(classifyString('osc', `52;${'c'.repeat(60)}`, false)).toBe('undecided');
    expect(classifyString('osc', `52;${'c'.repeat(61)}`, false)).toBe('otherCommands');
    expect(classifyString('osc', `52;${'c'.repeat(60)};?`, false)).toBe('clipboardRead');
  });
});

describe('DCS', () => {
  test.each([
    ['DECRQSS', '$qm'],
    ['DECRQSS of nothing yet', '$q'],
    ['XTGETTCAP', '+q544e'],
    ['DECRQSS with parameters', '1;2$q"p'],
  ])('%s asks for settings', (_what, text) => {
    expect(classifyString('dcs', text, false)).toBe('settingReports');
    expect(classifyString('dcs', text, true)).toBe('settingReports');
  });

  test.each([
    ...['q#0;2~', '0;1;0q', '$p', '+p544e', '1$r0m', '0;1|17/ab', '{ ', '!z', '>|name', ' q', '$ q', '+ q', '=1s'],
    ...['tmux;', 'x$q', '@$q'],
  ])('%s is for devices', (text) => {
    expect(classifyString('dcs', text, false)).toBe('deviceControl');
    expect(classifyString('dcs', text, true)).toBe('deviceControl');
  });

  test.each(['', '1', '1;2', '1;2$', '+', '?:<=>'])(
    '%j could become either, and is for devices when it ends',
    (text) => {
      expect(classifyString('dcs', text, false)).toBe('undecided');
      expect(classifyString('dcs', text, true)).toBe('deviceControl');
    },
  );

  test('what terminals cannot read as a question is none', () => {
    expect(classifyString('dcs', 'é$q', true)).toBe('deviceControl');
  });

  test('what does not show its kind within 64 bytes is for devices', () => {
    expect(classifyString('dcs', '1'.repeat(63), false)).toBe('undecided');
    expect(classifyString('dcs', '1'.repeat(64), false)).toBe('deviceControl');
  });
});

test.each(['sos', 'pm', 'apc'] as const)('%s is a string for applications from its first byte', (family) => {
  for (const text of ['', '52;c;?', '$q']) {
    expect(classifyString(family, text, false)).toBe('applicationStrings');
    expect(classifyString(family, text, true)).toBe('applicationStrings');
  }
});

describe('what a terminal answers', () => {
  test('by OSC: clipboard and colours, and everything else is typed', () => {
    const answers = new Map([
      [52, 'clipboardReports'],
      ...[4, 5, ...range(10, 19)].map((command) => [command, 'colorReports'] as const),
    ]);
    const texts = range(0, 9999).flatMap((command) => {
      const kind = answers.get(command) ?? 'typing';
      return [
        { text: `${command}`, kind: 'undecided' },
        { text: `${command};`, kind },
        { text: `${command};c;x`, kind },
      ];
    });
    expect(texts.filter(({ text, kind }) => classifyAnswer('osc', text) !== kind)).toEqual([]);
  });

  test.each([
    ['', 'undecided'],
    ['0052', 'undecided'],
    ['0052;', 'clipboardReports'],
    ['00052', 'typing'],
    ['00052;', 'typing'],
    ['l', 'titleReports'],
    ['L', 'titleReports'],
    ['lx', 'titleReports'],
    ['xl', 'typing'],
    ['I', 'typing'],
    ['x', 'typing'],
    [';', 'typing'],
    ['52x', 'typing'],
    ['x52;', 'typing'],
    ['5 2;', 'typing'],
  ])('by OSC %j: %s', (text, kind) => expect(classifyAnswer('osc', text)).toBe(kind));

  test.each([
    ...['', '0', '1', '0$', '1$', '0+', '1+', '>', '!'].map((text) => [text, 'undecided'] as const),
    ...['0$r', '1$r', '0+r', '1+r', '1$r0m'].map((text) => [text, 'settingReports'] as const),
    ...['>|', '!|', '>|xterm.js(6)', '!|00000000'].map((text) => [text, 'versionReports'] as const),
    ...['2', '01', '$', '+', '|', 'r', '2$r', '0r', '$r', '0$x', 'x0$', '0-r', '0$$r', 'x1$r', '>x', '<|', 'x>|'].map(
      (text) => [text, 'typing'] as const,
    ),
  ])('by DCS %j: %s', (text, kind) => expect(classifyAnswer('dcs', text)).toBe(kind));

  test.each(['sos', 'pm', 'apc', 'csi'] as const)('by %s: none', (family) => {
    for (const text of ['', '52;', '1$r', 'l']) expect(classifyAnswer(family, text)).toBe('typing');
  });
});
