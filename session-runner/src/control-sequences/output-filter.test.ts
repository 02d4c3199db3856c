import type { OutputSequence } from '@claude-webui/protocol';
import { PRESET_SESSION_POLICY } from '@claude-webui/protocol';
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
