import { ClipboardGate } from './clipboard-gate';
import type { ClipboardPermission, ClipboardQuestion } from './clipboard-gate';

const osc = (text: string) => `c;${Buffer.from(text).toString('base64')}`;

function setUp(permission: ClipboardPermission) {
  const written: string[] = [];
  const questions: (ClipboardQuestion | null)[] = [];
  const answers: ((isWritten: boolean) => void)[] = [];
  let tooLarge = 0;
  const gate = new ClipboardGate({
    permission: () => permission,
    write: (text) => {
      written.push(text);
      return new Promise((resolve) => answers.push(resolve));
    },
    question: (question) => questions.push(question),
    tooLarge: () => (tooLarge += 1),
  });
  const answer = async (isWritten: boolean) => {
    answers.shift()?.(isWritten);
    await new Promise(setImmediate);
  };
  return { gate, written, questions, answer, tooLarge: () => tooLarge };
}

test('at first the person is asked, and nothing is written', () => {
  const { gate, written, questions } = setUp('ask');
  gate.requested(osc('one'));
  gate.requested(osc('two'));
  expect(written).toEqual([]);
  expect(questions).toEqual([
    { kind: 'allow', text: 'one' },
    { kind: 'allow', text: 'two' },
  ]);
});

test('who has said never is not asked again', () => {
  const { gate, written, questions } = setUp('never');
  gate.requested(osc('one'));
  expect([written, questions]).toEqual([[], []]);
});

test('who has said always gets it, and a click if the browser wants one', async () => {
  const { gate, written, questions, answer } = setUp('always');
  gate.requested(osc('one'));
  expect(written).toEqual(['one']);
  await answer(false);
  expect(questions).toEqual([{ kind: 'click', text: 'one' }]);
  gate.requested(osc('two'));
  await answer(true);
  expect(questions.at(-1)).toBeNull();
});

test('while the browser does not answer, only the last text waits', async () => {
  const { gate, written, answer } = setUp('always');
  for (const text of ['one', 'two', 'three', 'four']) gate.requested(osc(text));
  expect(written).toEqual(['one']);
  await answer(true);
  expect(written).toEqual(['one', 'four']);
  await answer(true);
  expect(written).toHaveLength(2);
});

test('a question what is on the clipboard is not answered', () => {
  const { gate, written, questions } = setUp('always');
  gate.requested('c;?');
  expect([written, questions]).toEqual([[], []]);
});

test('what is too large is said', () => {
  const { gate, tooLarge, written } = setUp('always');
  gate.requested(`c;${'a'.repeat(2_000_000)}`);
  expect([tooLarge(), written]).toEqual([1, []]);
});
