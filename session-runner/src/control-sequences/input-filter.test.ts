import type { InputSequence } from '@claude-webui/protocol';
import { MAX_INPUT_PAYLOAD_BYTES, PRESET_SESSION_POLICY } from '@claude-webui/protocol';
import { InputFilter } from './input-filter';

function inputFilter(changes: object = {}): { filter: InputFilter; hits: InputSequence[] } {
  const hits: InputSequence[] = [];
  return { filter: new InputFilter({ ...PRESET_SESSION_POLICY.input, ...changes }, (rule) => hits.push(rule)), hits };
}

/** What a program gets of input, with what waits at the end, and which rules have held something back. */
function typed(pieces: readonly (string | Buffer)[], changes: object = {}): { text: string; hits: string[] } {
  const { filter, hits } = inputFilter(changes);
  const out = pieces.map((piece) => Buffer.from(filter.filter(Buffer.from(piece))));
  return { text: Buffer.concat([...out, filter.release()]).toString(), hits };
}

test.each([
  ['text', 'hello é 漢 🙂\r'],
  ['control keys', '\x03\x15\x04\t\x7f'],
  ['Escape', '\x1b'],
  ['Escape twice', '\x1b\x1b'],
  ['arrows and function keys', '\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[15~'],
  ['Alt and a letter', '\x1bb\x1bf'],
  ['Alt+] and what is typed after it', '\x1b]ls -l\r'],
  ['Alt+] and the first letter of a title', '\x1b]ls\r'],
  ['Alt+[ and what is typed after it', '\x1b[t \x1b[hello\r'],
  ['Alt+P and what is typed after it', '\x1bP1 + 1\r'],
  ['a paste', '\x1b[200~rm -rf x\ry\x1b[201~'],
  ['mouse and focus', '\x1b[<0;10;10M\x1b[<0;10;10m\x1b[I\x1b[O'],
  ['cursor and device reports', '\x1b[24;80R\x1b[?1;2c\x1b[>0;276;0c\x1b[0n'],
  ['colours', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b]4;1;rgb:ffff/0000/0000\x07'],
  ['the name of the terminal', '\x1bP>|xterm.js(6.0.0)\x1b\\'],
  ['the size of the screen', '\x1b[8;24;80t'],
])('%s comes through unchanged', (_what, text) => {
  expect(typed([text])).toEqual({ text, hits: [] });
});

test.each<[string, string, InputSequence]>([
  ['the clipboard', '\x1b]52;c;cm0gLXJmIH4K\x07', 'clipboardReports'],
  ['the title', '\x1b]l;rm -rf ~\x1b\\', 'titleReports'],
  ['the icon’s name', '\x1b]Lcurl x|sh\x1b\\', 'titleReports'],
  ['an answer to DECRQSS', '\x1bP1$r0m\x1b\\', 'settingReports'],
  ['an answer to DECRQSS with a line end in it', '\x1bP0$r\rrm -rf ~\r\x1b\\', 'settingReports'],
  ['an answer to XTGETTCAP', '\x1bP1+r544e=787465726d\x1b\\', 'settingReports'],
])('%s is not typed, wherever it is cut', (_what, answer, rule) => {
  const bytes = Buffer.from(`a${answer}b`);
  for (let cut = 0; cut <= bytes.length; cut += 1)
    expect(typed([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual({ text: 'ab', hits: [rule] });
});

test.each([
  ['colorReports', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\'],
  ['versionReports', '\x1bP>|xterm.js(6.0.0)\x1b\\'],
  ['sizeReports', '\x1b[8;24;80t'],
])('a policy can deny %s', (rule, answer) => {
  expect(typed([`a${answer}b`], { [rule]: 'deny' })).toEqual({ text: 'ab', hits: [rule] });
});

test.each([
  ['clipboardReports', '\x1b]52;c;aGVsbG8=\x07'],
  ['titleReports', '\x1b]lx\x1b\\'],
  ['settingReports', '\x1bP1$r0m\x1b\\'],
])('a policy can allow %s', (rule, answer) => {
  expect(typed([`a${answer}b`], { [rule]: 'allow' })).toEqual({ text: `a${answer}b`, hits: [] });
});

test('Escape waits for what may follow, and is handed on when nothing does', () => {
  const { filter } = inputFilter();
  expect(Buffer.from(filter.filter(Buffer.from('\x1b'))).toString()).toBe('');
  expect(filter.isWaiting).toBe(true);
  expect(Buffer.from(filter.release()).toString()).toBe('\x1b');
  expect(filter.isWaiting).toBe(false);
  expect(Buffer.from(filter.filter(Buffer.from('x'))).toString()).toBe('x');
});

test('an answer that comes so slowly that its beginning was taken for a key is dropped from there on', () => {
  const { filter, hits } = inputFilter();
  filter.filter(Buffer.from('\x1b'));
  filter.release();
  expect(Buffer.from(filter.filter(Buffer.from(']52;c;cm0K\x07x'))).toString()).toBe('x');
  expect(hits).toEqual(['clipboardReports']);
});

test.each([
  ['a title', '\x1b]l', 'typed without a control key'],
  ['another title', '\x1b]L', 'typed'],
  ['a size', '\x1b[', '8;24;80;1;2;3'],
  ['a clipboard', '\x1b]', '5'],
  ['a setting', '\x1bP', '1$'],
])('whatever is typed after what could begin %s is handed on when its delay is over', (_what, begin, keys) => {
  const { filter } = inputFilter();
  let text = '';
  for (const key of begin + keys) {
    text += Buffer.from(filter.filter(Buffer.from(key))).toString();
    if (filter.isWaiting) text += Buffer.from(filter.release()).toString();
  }
  expect(text).toBe(begin + keys);
});

test('what is typed together after the beginning of a title is handed on, however long it is', () => {
  const { filter } = inputFilter();
  let text = '';
  for (const piece of ['\x1b]l', ...Array.from({ length: 3000 }, (_, n) => `${n} words `)]) {
    text += Buffer.from(filter.filter(Buffer.from(piece))).toString();
    if (filter.isWaiting) text += Buffer.from(filter.release()).toString();
  }
  expect(text).toHaveLength(3 + Array.from({ length: 3000 }, (_, n) => `${n} words `).join('').length);
});

test('Escape that has been handed on is not typed again when another key follows', () => {
  const { filter } = inputFilter();
  let text = '';
  for (const piece of ['\x1b', ']', '\x1b', 'b', '\x1b', '\x1b', 'x'])
    text += Buffer.from(filter.filter(Buffer.from(piece))).toString() + Buffer.from(filter.release()).toString();
  expect(text).toBe('\x1b]\x1bb\x1b\x1bx');
});

test.each([
  ['at once', '\x1b]52;c;AAAA'],
  ['after an Escape of its own', '\x1b]52;c;AAAA\x1b'],
  ['in a long message', `\x1b]52;c;${'A'.repeat(MAX_INPUT_PAYLOAD_BYTES - 8)}`],
])('an answer that has lost its end takes no key with it that is typed after its delay: %s', (_what, answer) => {
  const { filter, hits } = inputFilter();
  expect(Buffer.from(filter.filter(Buffer.from(answer))).toString()).toBe('');
  expect(filter.isWaiting).toBe(true);
  filter.release();
  expect(Buffer.from(filter.filter(Buffer.from('typed'))).toString()).toBe('typed');
  expect(hits).toEqual(['clipboardReports']);
});

test('an answer of several full messages is dropped whole, however late each comes', () => {
  const { filter } = inputFilter();
  const answer = Buffer.from(`\x1b]52;c;${'A'.repeat(3 * MAX_INPUT_PAYLOAD_BYTES)}\x07typed`);
  let text = '';
  for (let at = 0; at < answer.length; at += MAX_INPUT_PAYLOAD_BYTES) {
    text += Buffer.from(filter.filter(answer.subarray(at, at + MAX_INPUT_PAYLOAD_BYTES))).toString();
    if (filter.isWaiting) text += Buffer.from(filter.release()).toString();
  }
  expect(text).toBe('typed');
});

test('Ctrl-C gets a person out of an answer that has lost its end', () => {
  expect(typed(['\x1b]52;c;AAAA', 'lost', '\x03', 'typed']).text).toBe('\x03typed');
});

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % below;
  };
}

const SCRAPS = [
  '\x1b',
  '[',
  ']',
  'P',
  '\\',
  '\x07',
  '52;c;',
  'l',
  '1$r',
  '>|',
  '11;',
  '\r',
  '\x03',
  'text',
  '漢',
  '8;1;1t',
];

test('however input is cut, the same is typed', () => {
  for (let seed = 1; seed <= 3000; seed += 1) {
    const next = random(seed);
    const bytes = Buffer.from(Array.from({ length: 1 + next(40) }, () => SCRAPS[next(SCRAPS.length)]!).join(''));
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + next(4);
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    expect({ seed, ...typed(pieces) }).toEqual({ seed, ...typed([bytes]) });
  }
});

describe('an answer that is not typed ends', () => {
  test.each([
    ['by BEL', '\x07x', 'x'],
    ['by ST', '\x1b\\x', 'x'],
    ['by CAN', '\x18x', 'x'],
    ['by SUB', '\x1ax', 'x'],
    ['by Ctrl-C, which is typed', '\x03x', '\x03x'],
    ['by Alt and a letter, which is typed', '\x1bbx', '\x1bbx'],
    ['by Escape twice, which is typed', '\x1b\x1bx', '\x1b\x1bx'],
    ['by another answer', '\x1b]52;c;AAAA\x07x', 'x'],
    ['by an answer that passes', '\x1b[8;24;80tx', '\x1b[8;24;80tx'],
  ])('%s', (_what, end, text) => {
    for (const begin of ['\x1b]52;c;AAAA', '\x1b]52;', '\x1bP1$r0m', '\x1bP0+r\r\n'])
      for (let cut = 0; cut <= end.length; cut += 1)
        expect(typed([begin + end.slice(0, cut), end.slice(cut)]).text).toBe(text);
  });

  test('by no other control, not even a backslash', () => {
    expect(typed(['\x1b]52;c;A\r\n\t\\A\x07x']).text).toBe('x');
  });

  test('after a mebibyte at the latest, that a person may type again', () => {
    const { filter, hits } = inputFilter();
    const drop = (text: string) => Buffer.from(filter.filter(Buffer.from(text))).toString();
    expect(drop('\x1b]52;')).toBe('');
    for (let sent = 0; sent < 1024 * 1024; sent += MAX_INPUT_PAYLOAD_BYTES)
      expect(drop('A'.repeat(MAX_INPUT_PAYLOAD_BYTES))).toBe('');
    expect(drop('typed')).toBe('typed');
    expect(hits).toEqual(['clipboardReports']);
    // The next one is counted from its own beginning.
    expect(drop('\x1b]52;')).toBe('');
    expect(drop('AAAA\x07x')).toBe('x');
  });
});

describe('a title', () => {
  test.each([
    ['that ends by BEL', '\x1b]lname\x07x', 'x'],
    ['that ends by ST', '\x1b]Lname é\x1b\\x', 'x'],
    ['without a letter', '\x1b]l\x07x', 'x'],
    ['with a backslash in it', '\x1b]la\\b\x07x', 'x'],
  ])('%s is not typed', (_what, answer, text) => {
    expect(typed([answer])).toEqual({ text, hits: ['titleReports'] });
  });

  test.each([
    '\x1b]ls\r',
    '\x1b]ls -l\x03',
    '\x1b]ls\x1b[A',
    '\x1b]ls\x1bb',
    '\x1b]lab\x18',
    '\x1b]l\\',
    '\x1b]la\x1b\x1b\\',
  ])('%j is none: somebody types it', (keys) => expect(typed([keys])).toEqual({ text: keys, hits: [] }));

  test.each([
    ['a kilobyte', 1024, true],
    ['as long as can be kept', 4095, true],
    ['longer than can be kept', 4096, false],
  ])('that does not end is handed on if it is %s: %i', (_what, bytes, isTyped) => {
    const begin = `\x1b]l${'x'.repeat(bytes - 3)}`;
    expect(typed([begin])).toEqual(isTyped ? { text: begin, hits: [] } : { text: '', hits: ['titleReports'] });
    expect(typed([`${begin}\x07y`])).toEqual({ text: 'y', hits: ['titleReports'] });
  });
});

test.each([
  ['of as many digits as are kept', 4094, false],
  ['with one more, which no terminal sends', 4095, true],
])('a size %s', (_what, digits, isTyped) => {
  const size = `\x1b[${'1'.repeat(digits)}t`;
  expect(typed([`${size}x`], { sizeReports: 'deny' })).toEqual(
    isTyped ? { text: `${size}x`, hits: [] } : { text: 'x', hits: ['sizeReports'] },
  );
});

test.each(['\x1b[t', '\x1b[8;24;80u', '\x1b[8;24\r80t', '\x1b[8;24\x1b[A', '\x1b[\x1b', '\x1b[200~8t'])(
  '%j is no size, and typed where sizes are denied',
  (keys) => expect(typed([`${keys}x`], { sizeReports: 'deny' })).toEqual({ text: `${keys}x`, hits: [] }),
);

test.each([
  '\x1b_x\x1b\\',
  '\x1b^x\x1b\\',
  '\x1bXx\x1b\\',
  '\x1b]5\x07',
  '\x1bP1\r',
  '\x1bP\x07',
  '\x1b]\x1b\\',
  '\x1b]52\x1b\\',
])('%j is typed as it comes', (keys) => expect(typed([`a${keys}b`])).toEqual({ text: `a${keys}b`, hits: [] }));

test('what waits is known: a key that may go on, an answer without its end, and nothing else', () => {
  const { filter } = inputFilter();
  const waits = (text: string) => (filter.filter(Buffer.from(text)), filter.isWaiting);
  expect(filter.isWaiting).toBe(false);
  expect(['typed', '\x1b', 'b', '\x1b[', 'A', '\x1b]', '1', '1;'].map(waits)).toEqual([
    ...[false, true, false, true, false, true, true, false],
  ]);
  expect(['\x1b]52;', 'A', '\x07', '\x1b]52;A\x1b', '\\'].map(waits)).toEqual([true, true, false, true, false]);
  // A full message is followed by another of the same answer.
  expect(waits(`\x1b]52;${'A'.repeat(MAX_INPUT_PAYLOAD_BYTES - 5)}`)).toBe(false);
  expect(waits('A'.repeat(MAX_INPUT_PAYLOAD_BYTES - 1))).toBe(true);
  expect(Buffer.from(filter.release())).toHaveLength(0);
  expect(filter.isWaiting).toBe(false);
});

test('a key waits although it ends a full message', () => {
  const { filter } = inputFilter();
  const paste = 'x'.repeat(MAX_INPUT_PAYLOAD_BYTES - 1);
  expect(Buffer.from(filter.filter(Buffer.from(`${paste}\x1b`))).toString()).toBe(paste);
  expect(filter.isWaiting).toBe(true);
  expect(Buffer.from(filter.release()).toString()).toBe('\x1b');
});

test('the rules that hold now decide', () => {
  const { filter } = inputFilter();
  const answer = '\x1b]52;c;AAAA\x07';
  expect(Buffer.from(filter.filter(Buffer.from(answer))).toString()).toBe('');
  filter.rules = { ...PRESET_SESSION_POLICY.input, clipboardReports: 'allow' };
  expect(Buffer.from(filter.filter(Buffer.from(answer))).toString()).toBe(answer);
});

test('input without Escape is handed on as it is', () => {
  const { filter } = inputFilter();
  const data = Buffer.from('typed');
  expect(filter.filter(data)).toBe(data);
});

/** What is typed of a whole text, by patterns for whole answers and not byte by byte. */
function modelOf(text: string): string {
  const rest = String.raw`[^\x03\x07\x18\x1a\x1b]*(?:[\x07\x18\x1a]|\x1b(?:\\|$)|(?=[\x03\x1b])|$)`;
  const answers = [
    String.raw`\x1b\]0{0,2}52;${rest}`,
    String.raw`\x1bP[01][$+]r${rest}`,
    // Escape before the end belongs to it.
    String.raw`\x1b\][lL][^\x00-\x1f]*(?:\x1b?\x07|\x1b\\)`,
  ];
  return text.replace(new RegExp(answers.join('|'), 'g'), '');
}

test('what is typed is all but what patterns for whole answers find', () => {
  const pieces = [...SCRAPS, '\x18', '\x1a', 'L', '0', '52', ';', '\x1b]', '\x1bP', '\x1b\\', '+r', 'r', '_', '\n'];
  const wrong: object[] = [];
  for (let seed = 1; seed <= 20_000 && wrong.length < 3; seed += 1) {
    const next = random(seed);
    const text = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]!).join('');
    const [passed, expected] = [typed([text]).text, modelOf(text)];
    if (passed !== expected) wrong.push({ seed, text, passed, expected });
  }
  expect(wrong).toEqual([]);
});
