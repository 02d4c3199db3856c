import { TextEntry } from './text-entry';

/** As much of a textarea as is needed, and its own host. */
class Textarea extends EventTarget {
  private text = '';
  selectionStart = 0;
  selectionEnd = 0;
  get value() {
    return this.text;
  }
  set value(text: string) {
    this.text = text;
    this.selectionStart = this.selectionEnd = text.length;
  }
}
class TextEvent extends Event {
  constructor(
    name: string,
    readonly data: string | null,
    readonly inputType = '',
    readonly isComposing = inputType.includes('Composition'),
  ) {
    super(name, { cancelable: true });
  }
}
class TypedInputEvent extends TextEvent {
  readonly dataTransfer = null;
}
Object.assign(globalThis, { InputEvent: TypedInputEvent });

function setUp() {
  const textarea = new Textarea();
  const log: string[] = [];
  const composing: (string | null)[] = [];
  const wants: boolean[] = [];
  const entry = new TextEntry(textarea as unknown as HTMLElement, textarea as unknown as HTMLTextAreaElement, {
    typed: (keys) => log.push(keys),
    pasted: (text) => log.push(`paste ${text}`),
    composing: (text) => composing.push(text),
    wantsCharacter: () => wants.pop() ?? false,
  });
  /** One edit, as an engine reports it. */
  const edit = (value: string, inputType: string, data: string | null = null) => {
    const before = new TypedInputEvent('beforeinput', data, inputType);
    textarea.dispatchEvent(before);
    if (before.defaultPrevented) return;
    textarea.value = value;
    textarea.dispatchEvent(new TypedInputEvent('input', data, inputType));
  };
  const compose = (name: 'start' | 'update' | 'end', data = '') =>
    textarea.dispatchEvent(new TextEvent(`composition${name}`, data));
  return { textarea, entry, log, composing, wants, edit, compose, sent: () => log.join('') };
}

test('a dead key in Firefox on Linux: the syllable is sent once, when it is done', () => {
  const { edit, compose, sent, composing } = setUp();
  compose('start');
  compose('update', '´');
  edit('´', 'insertCompositionText', '´');
  compose('update', 'é');
  edit('é', 'insertCompositionText', 'é');
  // The input event of the commit comes after the end in Firefox.
  compose('end', 'é');
  edit('é', 'insertCompositionText', 'é');
  expect(sent()).toBe('é');
  expect(composing).toEqual(['', '´', 'é', null]);
});

test('a dead key in Chromium on Linux, which leaves the cursor before it: the next does not replace it', () => {
  const { textarea, entry, edit, compose, sent } = setUp();
  const press = (composed: string) => {
    entry.keyDown({ shift: false });
    compose('start');
    edit(textarea.value + '´', 'insertCompositionText', '´');
    // Chromium takes all that is after where it left the cursor for the composition.
    edit(composed, 'insertCompositionText', composed);
    textarea.selectionStart = textarea.selectionEnd = 0;
    compose('end', composed);
  };
  press('ü');
  press("'");
  expect(sent()).toBe("ü'");
});

test('a dead key that is taken back, in WebKit: ~ and / are sent once each', () => {
  const { edit, compose, sent } = setUp();
  compose('start');
  edit('~', 'insertCompositionText', '~');
  edit('', 'deleteCompositionText');
  edit('~', 'insertFromComposition', '~');
  compose('end', '~');
  edit('~/', 'insertText', '/');
  expect(sent()).toBe('~/');
});

test('Korean syllables, one beginning as the other ends', () => {
  const { edit, compose, sent } = setUp();
  compose('start');
  for (const part of ['ㅎ', '하', '한']) edit(part, 'insertCompositionText', part);
  compose('end', '한');
  compose('start');
  for (const part of ['ㄱ', '그', '글']) edit(`한${part}`, 'insertCompositionText', part);
  compose('end', '글');
  expect(sent()).toBe('한글');
});

test('a final consonant that moves on to the next syllable', () => {
  const { edit, compose, sent } = setUp();
  compose('start');
  edit('간', 'insertCompositionText', '간');
  edit('가', 'insertCompositionText', '가');
  compose('end', '가');
  compose('start');
  edit('가나', 'insertCompositionText', '나');
  compose('end', '나');
  expect(sent()).toBe('가나');
});

test('a Korean keyboard that reports no composition but corrects itself', () => {
  const { edit, sent } = setUp();
  edit('ㅎ', 'insertText', 'ㅎ');
  edit('', 'deleteContentBackward');
  edit('하', 'insertText', '하');
  edit('', 'deleteContentBackward');
  edit('한', 'insertText', '한');
  expect(sent()).toBe('ㅎ\x7f하\x7f한');
});

test('a phone’s keyboard that composes each word, then goes back into it', () => {
  const { edit, compose, sent } = setUp();
  compose('start');
  for (const part of ['h', 'he', 'hel', 'hell', 'hello']) edit(part, 'insertCompositionText', part);
  compose('end', 'hello');
  edit('hello ', 'insertText', ' ');
  compose('start');
  for (const part of ['w', 'wo', 'wor']) edit(`hello ${part}`, 'insertCompositionText', part);
  compose('end', 'wor');
  expect(sent()).toBe('hello wor');
});

test('a keyboard that composes a word afterwards which it has inserted letter by letter', () => {
  const { edit, compose, sent } = setUp();
  for (const part of ['t', 'te', 'tes', 'test']) edit(part, 'insertText', part.at(-1));
  compose('start');
  edit('test', 'insertCompositionText', 'test');
  compose('end', 'test');
  edit('test ', 'insertText', ' ');
  expect(sent()).toBe('test ');
});

test('a word that the keyboard corrects is deleted and written anew', () => {
  const { edit, sent } = setUp();
  for (const part of ['t', 'te', 'teh']) edit(part, 'insertText', part.at(-1));
  edit('the ', 'insertReplacementText', 'the ');
  expect(sent()).toBe('teh\x7f\x7fhe ');
});

test('what xterm.js puts into the textarea as selected text is neither sent nor deleted from the program', () => {
  const { textarea, edit, sent } = setUp();
  edit('x', 'insertText', 'x');
  textarea.value = 'selected on the screen';
  textarea.selectionStart = 0;
  edit('A', 'insertText', 'A');
  textarea.value = 'selected again';
  edit('selected againB', 'insertText', 'B');
  expect(sent()).toBe('xAB');
});

test('after a key of another kind nothing that was written before is deleted', () => {
  const { entry, textarea, edit, sent } = setUp();
  edit('한', 'insertText', '한');
  entry.sentByTerminal('\x1b[D', false);
  expect(textarea.value).toBe('');
  edit('글', 'insertText', '글');
  expect(sent()).toBe('한글');
});

test('the line end of Shift+Enter, which an input method brings after its syllable, is a new line in the prompt', () => {
  const { entry, edit, compose, log } = setUp();
  compose('start');
  edit('한', 'insertCompositionText', '한');
  entry.keyDown({ shift: true });
  compose('end', '한');
  edit('한\n', 'insertLineBreak');
  entry.keyDown({ shift: false });
  edit('\n', 'insertLineBreak');
  expect(log).toEqual(['한', '\x1b\r', '\r']);
});

test('what a keyboard inserts from its own clipboard is a paste', () => {
  const { edit, log } = setUp();
  edit('ls\nrm x\n', 'insertText', 'ls\nrm x\n');
  edit('\x1b[201~', 'insertText', '\x1b[201~');
  edit('dropped', 'insertFromDrop', 'dropped');
  expect(log).toEqual(['paste ls\nrm x\n', 'paste \x1b[201~', 'paste dropped']);
});

test('a letter that xterm.js has sent and shows to screen readers is not sent again, but the next one is', () => {
  const { entry, edit, sent } = setUp();
  entry.keyDown({ shift: false });
  entry.sentByTerminal('a', true);
  edit('a', 'insertText', 'a');
  edit('a😀', 'insertText', '😀');
  expect(sent()).toBe('😀');
});

test('what is kept does not grow without end', () => {
  const { textarea, edit, sent } = setUp();
  let typed = '';
  for (let n = 0; n < 2000; n += 1) {
    edit(`${textarea.value}x`, 'insertText', 'x');
    typed += 'x';
  }
  expect(textarea.value.length).toBeLessThan(600);
  expect(sent()).toBe(typed);
});

test('a character that is wanted at once is taken out of the composition', () => {
  const { textarea, edit, compose, log, wants } = setUp();
  compose('start');
  compose('update', 'c');
  wants.push(true);
  edit('c', 'insertCompositionText', 'c');
  expect([log, textarea.value]).toEqual([['c'], '']);
  compose('start');
  edit('d', 'insertCompositionText', 'd');
  compose('end', 'd');
  expect(log).toEqual(['c', 'd']);
});

test('what was sent is not deleted by the browser’s undo', () => {
  const { edit, sent } = setUp();
  edit('한', 'insertText', '한');
  edit('', 'historyUndo');
  expect(sent()).toBe('한');
});

test('a composition whose end nobody reports does not keep what is typed next', () => {
  const { textarea, edit, compose, sent, composing } = setUp();
  compose('start');
  edit('ㅎ', 'insertCompositionText', 'ㅎ');
  textarea.value = '';
  edit('a', 'insertText', 'a');
  edit('ab', 'insertText', 'b');
  expect([sent(), composing.at(-1)]).toEqual(['ab', null]);
});
