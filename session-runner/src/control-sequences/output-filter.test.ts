import type { OutputSequence } from '@claude-webui/protocol';
import { PRESET_SESSION_POLICY } from '@claude-webui/protocol';
import type { Family } from './bytes';
import { classifyCsi, classifyString } from './classify';
import { OutputFilter } from './output-filter';

const PIECE_BYTES = 8 * 1024;

/** What comes out of pieces, and which rules have held something back. */
function filtered(pieces: readonly (string | Buffer)[], changes: object = {}): { text: string; hits: string[] } {
  const hits: OutputSequence[] = [];
  const filter = new OutputFilter(
    { ...PRESET_SESSION_POLICY.output, ...changes },
    (rule) => hits.push(rule),
    PIECE_BYTES,
  );
  const out = pieces.map((piece) => Buffer.from(filter.filter(Buffer.from(piece))));
  return { text: Buffer.concat(out).toString('utf8'), hits };
}

test.each([
  ['plain text', 'hello\r\nworld\ttab\x07'],
  ['colours', '\x1b[1;38;2;255;100;0mred\x1b[0m'],
  ['every colour and attribute at once', `\x1b[38:2::255:255:255;48;2;1;2;3;58;2;4;5;6;1;2;3;4:3;5;7;8;9m`],
  ['modes and queries that Claude Code makes at its start', '\x1b[?2004h\x1b[?1004h\x1b[>0q\x1b[?u\x1b[c\x1b]11;?\x07'],
  ['a title', '\x1b]0;✳ working\x07'],
  ['a title ended by ST', '\x1b]2;title\x1b\\'],
  ['a link', '\x1b]8;;https://example.org/é\x1b\\text\x1b]8;;\x1b\\'],
  ['text for the clipboard', '\x1b]52;c;aGVsbG8=\x07'],
  ['a notification', '\x1b]9;done\x07'],
  ['the size of the screen', '\x1b[18t'],
  ['character sets', '\x1b(B\x1b)0\x0e\x0f'],
  ['reset', '\x1bc'],
  ['characters whose first byte is that of C1 controls', '© · » ½ é 漢 🙂'],
  ['C1 controls that only move', 'a\u0085b\u008dc'],
])('%s passes unchanged', (_what, text) => {
  expect(filtered([text])).toEqual({ text, hits: [] });
});

test.each<[string, string, OutputSequence]>([
  ['a question for the clipboard', '\x1b]52;c;?\x07', 'clipboardRead'],
  ['a question for the clipboard with zeros before its number', '\x1b]0052;;?\x1b\\', 'clipboardRead'],
  ['a question for the clipboard by C1 controls', '\u009d52;c;?\u009c', 'clipboardRead'],
  ['a question for the title', '\x1b[21t', 'titleReports'],
  ['a question for the title with more parameters', '\x1b[021;0t', 'titleReports'],
  ['a question for the title by a C1 control', '\u009b20t', 'titleReports'],
  ['ENQ', '\x05', 'answerback'],
  ['DECRQSS', '\x1bP$qm\x1b\\', 'settingReports'],
  ['XTGETTCAP', '\x1bP+q544e\x1b\\', 'settingReports'],
  ['a checksum of the screen', '\x1b[1;1;1;1;5;5*y', 'settingReports'],
  ['a move of the window', '\x1b[3;0;0t', 'windowControl'],
  ['sixel', '\x1bPq#0;2;0;0;0~~\x1b\\', 'deviceControl'],
  ['what is for a terminal further out', '\x1bPtmux;\x1b\x1b]52;c;?\x07\x1b\\', 'deviceControl'],
  ['a file for a vendor’s terminal', '\x1b]1337;File=name=eA==:AAAA\x07', 'otherCommands'],
  ['a font', '\x1b]50;?\x07', 'otherCommands'],
  ['APC', '\x1b_Gi=1;AAAA\x1b\\', 'applicationStrings'],
  ['PM', '\x1b^x\x1b\\', 'applicationStrings'],
  ['SOS', '\x1bXx\x1b\\', 'applicationStrings'],
  ['printing', '\x1b[5i', 'deviceControl'],
])('%s is taken out', (_what, sequence, rule) => {
  const { text, hits } = filtered([`before${sequence}after`]);
  // What is wrapped in a string that tmux would unwrap is cut up by its own ESCs, and ends as a question of its own.
  expect(text).not.toContain('52;');
  expect(text.startsWith('before') && text.endsWith('after')).toBe(true);
  expect(hits[0]).toBe(rule);
});

test.each([
  ['clipboardWrite', '\x1b]52;c;aGVsbG8=\x07'],
  ['title', '\x1b]0;x\x07'],
  ['title', '\x1b[22;0t'],
  ['links', '\x1b]8;;https://example.org\x07'],
  ['notifications', '\x1b]777;notify;a;b\x07'],
  ['sizeReports', '\x1b[14t'],
])('a policy can deny %s', (rule, sequence) => {
  expect(filtered([`a${sequence}b`], { [rule]: 'deny' })).toEqual({ text: 'ab', hits: [rule] });
});

test.each([
  ['clipboardRead', '\x1b]52;c;?\x07'],
  ['titleReports', '\x1b[21t'],
  ['answerback', '\x05'],
  ['settingReports', '\x1bP$qm\x1b\\'],
  ['deviceControl', '\x1bPq#0~~\x1b\\'],
  ['applicationStrings', '\x1b_G\x1b\\'],
])('a policy can allow %s', (rule, sequence) => {
  expect(filtered([`a${sequence}b`], { [rule]: 'allow' })).toEqual({ text: `a${sequence}b`, hits: [] });
});

test('what stands around a taken-out sequence does not become another', () => {
  expect(filtered(['\x1b\x1b]52;c;?\x07[21t']).text).toBe('[21t');
  expect(filtered(['\x1b[\x1b]52;c;?\x0721t']).text).toBe('21t');
  expect(filtered(['\x1b]\x1bP$qm\x1b\\52;c;?\x07']).text).not.toContain('\x1b');
});

test('controls in the middle of a sequence act, and do not hide it', () => {
  expect(filtered(['\x1b[2\r\n1t']).text).toBe('\r\n');
  expect(filtered(['\x1b[2\x051t']).hits).toEqual(['answerback', 'titleReports']);
  expect(filtered(['\x1b]5\x002;c;\x00?\x07']).text).toBe('');
  expect(filtered(['\x1b\x7f[2\x7f1t']).text).toBe('');
});

test('a string that never ends keeps nothing but what it is', () => {
  const { text } = filtered(['a\x1b]52;c;?', 'x'.repeat(8000), 'y'.repeat(8000), '\x07b']);
  expect(text).toBe('ab');
});

test('a sequence longer than any is dropped to its end', () => {
  expect(filtered([`a\x1b[${'1;'.repeat(4000)}`, `${'1;'.repeat(3000)}mb`]).text).toBe('ab');
});

test.each([
  ['a title', '\x1b]2;'],
  ['a link', '\x1b]8;;http://example.org/'],
  ['a colour', '\x1b]4;1;'],
  ['a notification', '\x1b]9;'],
])('%s longer than any is aborted, and what comes behind it passes', (_what, begin) => {
  const { text, hits } = filtered([
    'before',
    begin,
    ...Array.from({ length: 1000 }, () => 'x'.repeat(1000)),
    '\x07after',
  ]);
  // A terminal forgets a string at CAN.
  expect(text.length).toBeLessThan(10_000);
  expect(text).toMatch(/^before\x1b\][^\x18\x07]*\x18after$/);
  expect(hits).toEqual(['otherCommands']);
});

test('256 colours set at once are not too long', () => {
  const colours = Array.from({ length: 256 }, (_, n) => `${n};rgb:ffff/ffff/ffff`).join(';');
  expect(filtered([`\x1b]4;${colours}\x07`]).hits).toEqual([]);
});

test('text for the clipboard that no page takes is ended', () => {
  const { text, hits } = filtered([
    '\x1b]52;c;',
    ...Array.from({ length: 4000 }, () => 'QUFB'.repeat(250)),
    '\x07after',
  ]);
  expect(text.length).toBeLessThan(2_200_000);
  // The page sees it, and says that it is too much.
  expect(text).toMatch(/[QUFB]\x07after$/);
  expect(hits).toEqual(['clipboardWrite']);
});

test('large text for the clipboard streams through', () => {
  const pieces = ['\x1b]52;c;', ...Array.from({ length: 50 }, () => 'QUJD'.repeat(2000)), '\x07'];
  expect(filtered(pieces)).toEqual({ text: pieces.join(''), hits: [] });
});

test('a denied sequence cut at any byte stays denied', () => {
  const sequences = ['\x1b]52;c;?\x1b\\', '\x1b[21t', '\x1bP$qm\x1b\\', '\u009d52;c;?\u009c', '\x1b_G\u009c'];
  for (const sequence of sequences) {
    const bytes = Buffer.from(`a${sequence}b`);
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(filtered([bytes.subarray(0, cut), bytes.subarray(cut)]).text).toBe('ab');
  }
});

/** A random choice that can be made again (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const SCRAPS = [
  ...[
    '\x1b',
    '[',
    ']',
    'P',
    '\\',
    '\x07',
    '\x05',
    '\x18',
    '\u009b',
    '\u009d',
    '\u009c',
    '\u0090',
    ';',
    '?',
    '2',
    '5',
    't',
  ],
  ...['\x1b]52;c;', '\x1b[21t', '\x1bP$q', '\x1b]0;', '\x1b[1m', 'text', '漢', '\x1b\\', '\r\n', '\x7f', 'q', '$', '+'],
];

function scribble(next: (below: number) => number): Buffer {
  const parts = Array.from({ length: 1 + next(60) }, () =>
    next(8) === 0 ? Buffer.from([next(256), 0xc2]) : Buffer.from(SCRAPS[next(SCRAPS.length)]!),
  );
  return Buffer.concat(parts);
}

test('however output is cut, the same comes out', () => {
  for (let seed = 1; seed <= 3000; seed += 1) {
    const next = random(seed);
    const bytes = scribble(next);
    const whole = filtered([bytes]);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + next(4);
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    expect({ seed, ...filtered(pieces) }).toEqual({ seed, ...whole });
  }
});

test('what comes out would pass again unchanged: nothing is made by taking out', () => {
  for (let seed = 1; seed <= 3000; seed += 1) {
    const once = filtered([scribble(random(seed))]);
    const twice = filtered([once.text]);
    expect({ seed, hits: twice.hits }).toEqual({ seed, hits: [] });
  }
});

test('a piece without control bytes is handed on as it is', () => {
  const filter = new OutputFilter(PRESET_SESSION_POLICY.output, () => undefined, PIECE_BYTES);
  const piece = Buffer.from('plain text\r\n'.repeat(600));
  expect(filter.filter(piece)).toBe(piece);
});

describe('a string ends', () => {
  /** What ends it, what a terminal has of that, and what comes after it. */
  const ENDS = [
    ['by ST', '\x1b\\after', '\x1b\\', 'after'],
    ['by ST as C1', '\u009cafter', '\u009c', 'after'],
    ['by CAN', '\x18after', '\x18', 'after'],
    ['by SUB, which forgets it as CAN does', '\x1aafter', '\x18', 'after'],
    ['by another sequence', '\x1b[1mafter', '\x1b\\', '\x1b[1mafter'],
    ['by another sequence, which is denied itself', '\x1b[21tafter', '\x1b\\', 'after'],
    ['by a reset', '\x1bcafter', '\x1b\\', '\x1bcafter'],
    ['by Escape and a control before what belongs to it', '\x1b\n\\after', '\x1b\\', '\nafter'],
    ['by a C1 control that moves', '\u0085after', '\x18', '\u0085after'],
    ['by a C1 control that begins another', '\u009b1mafter', '\x18', '\u009b1mafter'],
    ['by a C1 control that begins one that is denied', '\u009b21tafter', '\x18', 'after'],
  ] as const;

  test.each(ENDS)('%s', (_what, end, has, after) => {
    const strings: [string, string | null][] = [
      ['\x1b]0;a title', '\x1b]52;c;?'],
      ...['P$qm', '_G', '^x', 'Xx'].map((begin): [string, null] => [`\x1b${begin}`, null]),
    ];
    for (const [begin, denied] of strings) {
      const passes = denied === null ? { settingReports: 'allow', applicationStrings: 'allow' } : {};
      expect(filtered([begin + end], passes).text).toBe(begin + has + after);
      expect(filtered([(denied ?? begin) + end]).text).toBe(after);
      // However it is cut.
      const bytes = [...Buffer.from(begin + end)].map((byte) => Buffer.of(byte));
      expect(filtered(bytes, passes).text).toBe(begin + has + after);
    }
  });

  test('by BEL if it is an OSC, and no other does', () => {
    expect(filtered(['\x1b]0;a title\x07after']).text).toBe('\x1b]0;a title\x07after');
    expect(filtered(['\x1b]52;c;?\x07after']).text).toBe('after');
    for (const begin of ['\x1bPq', '\x1b_G', '\x1b^', '\x1bX']) {
      expect(filtered([`${begin}in\x07side\x1b\\after`]).text).toBe('after');
      const passes = { deviceControl: 'allow', applicationStrings: 'allow' };
      expect(filtered([`${begin}in\x07side\x1b\\after`], passes).text).toBe(`${begin}inside\x1b\\after`);
    }
  });

  test.each([
    ['\x1b]52', '\x1b]52'],
    ['\x1b]0', '\x1b]0'],
    ['\x1b]52;c;', '\x1b]52;c;'],
    ['\x1b]50', ''],
    ['\x1b]', ''],
    ['\x1bP', ''],
    ['\x1bP1$', ''],
  ])('%j before its kind is known', (begin, has) => {
    expect(filtered([`${begin}\x1b\\after`]).text).toBe(has === '' ? 'after' : `${has}\x1b\\after`);
    // What is forgotten before it is known does nothing, and nothing of it comes.
    expect(filtered([`${begin}\x18after`])).toEqual({ text: 'after', hits: [] });
  });

  test('and a backslash that does not follow its end at once is text', () => {
    expect(filtered(['\x1b]0;t\x07\\']).text).toBe('\x1b]0;t\x07\\');
    expect(filtered(['\x1b]0;t\x1b(\\']).text).toBe('\x1b]0;t\x1b\\\x1b(\\');
    expect(filtered(['\x1b]0;t\x1b\\\\']).text).toBe('\x1b]0;t\x1b\\\\');
    expect(filtered(['\x1b\\x']).text).toBe('\x1b\\x');
    expect(filtered(['\x1b]0;t\x1b\x1b\\x']).text).toBe('\x1b]0;t\x1b\\\x1b\\x');
  });
});

test.each<[string, OutputSequence]>([
  ['\u009d52;c;?', 'clipboardRead'],
  ['\u0090$qm', 'settingReports'],
  ['\u0098x', 'applicationStrings'],
  ['\u009ex', 'applicationStrings'],
  ['\u009fx', 'applicationStrings'],
])('%j begins what its 7-bit form begins', (begin, rule) => {
  expect(filtered([`a${begin}\u009cb`])).toEqual({ text: 'ab', hits: [rule] });
});

test.each<[string, OutputSequence]>([
  ['\x1b[1$w', 'settingReports'],
  ['\x1b[1$u', 'settingReports'],
  ['\x1b[#R', 'settingReports'],
  ['\x1b[#S', 'settingReports'],
  ['\x1b[?5i', 'deviceControl'],
  ['\x1b[i', 'deviceControl'],
  ['\x1b[t', 'windowControl'],
])('%j is taken out in one piece and in two', (sequence, rule) => {
  for (let cut = 0; cut <= sequence.length; cut += 1)
    expect(filtered([`a${sequence.slice(0, cut)}`, `${sequence.slice(cut)}b`])).toEqual({ text: 'ab', hits: [rule] });
});

test.each(['\x1b[u', '\x1b[?u', '\x1b[2S', '\x1b[1;1R', '\x1b[2 t', '\x1b[2$y', '\x1b[18t'])(
  '%j, which ends as some that are taken out, passes',
  (sequence) => {
    for (let cut = 0; cut <= sequence.length; cut += 1)
      expect(filtered([`a${sequence.slice(0, cut)}`, `${sequence.slice(cut)}b`]).text).toBe(`a${sequence}b`);
  },
);

test('a sequence is forgotten by CAN and SUB, and begun anew by Escape and C1', () => {
  expect(filtered(['\x1b[2\x181t']).text).toBe('1t');
  expect(filtered(['\x1b[2\x1a1t']).text).toBe('1t');
  expect(filtered(['\x1b\x18[21t']).text).toBe('[21t');
  expect(filtered(['\x1b(\x1aB']).text).toBe('B');
  expect(filtered(['\x1b[2\x1b[1m']).text).toBe('\x1b[1m');
  expect(filtered(['\x1b[2\u009b21t']).text).toBe('');
  expect(filtered(['\x1b[2é1t']).text).toBe('é1t');
  expect(filtered(['\x1b[1\x7fm']).text).toBe('\x1b[1m');
});

test.each([
  ['as long as any', 253, true],
  ['a byte longer', 254, false],
  ['two bytes longer', 255, false],
])('a sequence %s', (_what, digits, passes) => {
  const sequence = `\x1b[${'1'.repeat(digits)}m`;
  const expected = { text: passes ? `a${sequence}b` : 'ab', hits: passes ? [] : ['otherCommands'] };
  for (const pieces of [[`a${sequence}b`], ['a\x1b[1', `${sequence.slice(3)}b`], [`a${sequence.slice(0, -1)}`, 'mb']])
    expect(filtered(pieces)).toEqual(expected);
});

test('controls act in a sequence that is too long, and the next one is none', () => {
  expect(filtered([`\x1b[${'1'.repeat(300)}\r\n1m\x1b[1mb`]).text).toBe('\r\n\x1b[1mb');
  expect(filtered([`\x1b[${'1'.repeat(300)}\x18b`]).text).toBe('b');
});

test('character sets are chosen, and of endless intermediates only the first are kept', () => {
  for (const sequence of ['\x1b(B', '\x1b#8', '\x1b%G', '\x1b $F', '\x1b([', '\x1b(]', '\x1b7', '\x1b=', '\x1bN'])
    expect(filtered([`a${sequence}b`, 'c']).text).toBe(`a${sequence}bc`);
  expect(filtered([`\x1b${'#'.repeat(5000)}8b`]).text).toBe(`\x1b${'#'.repeat(7)}8b`);
});

test('half a character goes, in text and in strings, and whole ones stay', () => {
  const half = Buffer.of(0xc2);
  const text = (...parts: (string | Buffer)[]) =>
    filtered([Buffer.concat(parts.map((part) => Buffer.from(part as string)))]).text;
  expect(text('a', half, 'b')).toBe('ab');
  expect(text('a', half, half, 'b')).toBe('ab');
  expect(text('a', half, '\x1b[21tb')).toBe('ab');
  expect(text('a', half, Buffer.from('©'), 'b')).toBe('a©b');
  expect(text('\x1b]0;a', half, 'b\x07')).toBe('\x1b]0;ab\x07');
  expect(text('\x1b]0;a', half, Buffer.from('\u009c'), 'b')).toBe('\x1b]0;a\u009cb');
  expect(text('\x1b]0;© ¿ é 漢\x07')).toBe('\x1b]0;© ¿ é 漢\x07');
  expect(filtered([Buffer.of(0x61, 0xc2), Buffer.of(0xa9, 0x62)]).text).toBe('a©b');
});

test.each([
  ['a title', {}, '\x1b]2;', 8 * 1024],
  ['text for the clipboard', {}, '\x1b]52;c;', 2 * 1024 * 1024],
  ['an image that a policy lets through', { deviceControl: 'allow' }, '\x1bPq', 2 * 1024 * 1024],
])('%s passes up to its limit, and not a byte more', (_what, changes, begin, bytes) => {
  const end = begin.startsWith('\x1bP') ? '\x1b\\' : '\x07';
  const sent = (length: number) => {
    const text = begin + 'x'.repeat(length - begin.length) + end;
    const pieces = Array.from({ length: Math.ceil(text.length / PIECE_BYTES) }, (_, n) =>
      text.slice(n * PIECE_BYTES, (n + 1) * PIECE_BYTES),
    );
    return { text, out: filtered(pieces, changes) };
  };
  const whole = sent(bytes);
  expect(whole.out.hits).toEqual([]);
  expect(whole.out.text === whole.text).toBe(true);
  expect(sent(bytes + 1).out.hits).toHaveLength(1);
});

test('wherever a sequence stands in a piece it is found, and the text between them is whole', () => {
  const DENIED = ['\x1b[21t', '\x05', '\u009b21t', '\x1b]52;c;?\x07'];
  for (let gap = 0; gap <= 70; gap += 1) {
    const fill = 'abcdefghij'.repeat(7).slice(0, gap);
    const pieces = [DENIED.map((denied) => `${fill}é©\x1b[1m${fill}${denied}`).join('') + fill];
    expect(filtered(pieces).text).toBe(DENIED.map(() => `${fill}é©\x1b[1m${fill}`).join('') + fill);
  }
});

test('a piece of nothing but short strings, each of which gets an end, has room', () => {
  const count = Math.floor(PIECE_BYTES / 3);
  expect(filtered(['\x1b]l'.repeat(count)]).text).toBe('\x1b]l\x1b\\'.repeat(count - 1) + '\x1b]l');
});

const FAMILY_OF = new Map<string, Family>([
  ...(['\x1bP', '\u0090'] as const).map((begin) => [begin, 'dcs'] as const),
  ...(['\x1b]', '\u009d'] as const).map((begin) => [begin, 'osc'] as const),
  ...(['\x1bX', '\u0098', '\x1b^', '\u009e', '\x1b_', '\u009f'] as const).map((begin) => [begin, 'apc'] as const),
]);
const RULES = PRESET_SESSION_POLICY.output;
const passes = (kind: ReturnType<typeof classifyString>) =>
  kind === null || (kind !== 'undecided' && RULES[kind] === 'allow');

/** What passes of a text, by patterns for whole sequences and not byte by byte. For whole characters, and sequences of usual length. */
function modelOf(text: string): string {
  const controlsIn = (part: string) => part.replace(/[^\x00-\x1f]|\x05/g, '');
  const printedIn = (part: string) => part.replace(/[\x00-\x1f\x7f]/g, '');
  let out = '';
  let rest = text;
  let afterString = false;
  const take = (pattern: RegExp): string[] | null => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found;
  };
  while (rest !== '') {
    const endsString = afterString;
    afterString = false;
    let found = take(/^[^\x1b\x80-\x9f]+/);
    if (found !== null) {
      out += found[0]!.replaceAll('\x05', '');
      continue;
    }
    // Controls after Escape act at once.
    found = take(/^\x1b([\x00-\x17\x19\x1c-\x1f\x7f]*)(?=([^]?))/);
    if (found !== null) {
      out += controlsIn(found[1]!);
      const next = found[2]!;
      if (next === '') break;
      if (next === '\x1b' || next >= '\x80') continue;
      if (next === '\x18' || next === '\x1a') {
        rest = rest.slice(1);
        continue;
      }
      if (endsString && next === '\\') {
        rest = rest.slice(1);
        continue;
      }
      rest = `\x1b${rest}`;
    }
    found = take(/^(?:\x1b\[|\x9b)/);
    if (found !== null) {
      const [begin] = found;
      const [body = ''] = take(/^[\x00-\x17\x19\x1c-\x3f\x7f]*/)!;
      out += controlsIn(body);
      if (take(/^[\x18\x1a]/) !== null) continue;
      const final = take(/^[\x40-\x7e]/);
      const whole = printedIn(body) + (final?.[0] ?? '');
      if (final !== null && passes(classifyCsi(whole))) out += begin! + whole;
      continue;
    }
    found = take(/^(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])/);
    if (found !== null) {
      const begin = found[0]!;
      const family = FAMILY_OF.get(begin)!;
      const inside = family === 'osc' ? /^[^\x07\x18\x1a\x1b\x80-\x9f]*/ : /^[^\x18\x1a\x1b\x80-\x9f]*/;
      const content = printedIn(take(inside)![0]!);
      const [end = ''] = take(/^(?:[\x07\x18\x1a\x9c]|(?=\x1b))/) ?? [];
      const isAborted = end === '\x18' || end === '\x1a' || (end === '' && !rest.startsWith('\x1b'));
      const shown = passes(classifyString(family, Buffer.from(content).toString('latin1'), !isAborted));
      afterString = end === '' && rest.startsWith('\x1b');
      if (!shown) continue;
      const isCut = isAborted && rest === '' && end === '';
      out += begin + content + (isCut ? '' : isAborted ? '\x18' : afterString ? '\x1b\\' : end);
      continue;
    }
    // Character sets and the like; and C1 controls that only act.
    found = take(/^\x1b([\x00-\x17\x19\x1c-\x2f\x7f]*)([^\x18\x1a\x1b\x80-\uffff]?)/);
    if (found !== null) {
      const [, intermediates = '', final = ''] = found;
      out += controlsIn(intermediates);
      if (final !== '') out += `\x1b${printedIn(intermediates).slice(0, 7)}${final}`;
      else take(/^[\x18\x1a]/);
      continue;
    }
    out += rest[0]!;
    rest = rest.slice(1);
  }
  return out;
}

test('what passes is what patterns for whole sequences let through', () => {
  const pieces = [
    ...SCRAPS,
    ...[
      '\u0085',
      '\u0098',
      '\u009e',
      '\u009f',
      '\x1a',
      '\x1b(',
      '(B',
      'c',
      '_',
      '^',
      'X',
      '0;',
      '52;c;',
      'aGk=',
      '\x1b[20',
      '1$w',
      'i',
      ' ',
      '8;;',
      '$q',
      '©',
    ],
  ];
  const wrong: object[] = [];
  for (let seed = 1; seed <= 20_000 && wrong.length < 3; seed += 1) {
    const next = random(seed);
    const text = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]!).join('');
    const [passed, expected] = [filtered([text]).text, modelOf(text)];
    if (passed !== expected) wrong.push({ seed, text, passed, expected });
  }
  expect(wrong).toEqual([]);
});
