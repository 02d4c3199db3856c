import type { Activity } from '@claude-webui/protocol';
import type { ActivitySign } from './activity';
import { STARTING, activityOf, afterSign } from './activity';

const hook = (activity: Activity): ActivitySign => ({ type: 'hook', activity });
const title = (works: boolean): ActivitySign => ({ type: 'title', works });
const typed = (text: string): ActivitySign => ({ type: 'typed', data: Buffer.from(text, 'latin1') });
const silence: ActivitySign = { type: 'silence' };

const after = (...signs: ActivitySign[]) => activityOf(signs.reduce(afterSign, STARTING));

const ready = [title(false), hook('idle')];
const working = [...ready, title(true), hook('working')];
const asking = [...working, hook('asks'), title(false)];
const done = [...working, hook('done'), title(false)];

test.each<[string, Activity, ActivitySign[]]>([
  ['nothing yet', 'starting', []],
  ['a title before the first hook', 'starting', [title(false)]],
  ['the prompt', 'idle', ready],
  ['a prompt is sent', 'working', working],
  ['a tool begins and ends', 'working', [...working, hook('working'), hook('working')]],
  ['it asks', 'asks', asking],
  ['the answer is there', 'done', done],
  ['the answer is there, and its title has yet to follow', 'working', [...working, hook('done')]],
  ['a permitted tool runs', 'working', [...asking, title(true)]],
  ['interrupted', 'idle', [...working, title(false)]],
  ['interrupted, and the next prompt is sent', 'working', [...working, title(false), title(true), hook('working')]],
  ['a question is dismissed by Escape', 'idle', [...asking, typed('\x1b')]],
  ['a question is dismissed by Ctrl-C', 'idle', [...asking, typed('\x03')]],
  ['a choice that came too early to be taken', 'asks', [...asking, typed('\r')]],
  ['Yes is chosen', 'working', [...asking, typed('\r'), title(true)]],
  ['the next question of several', 'asks', [...asking, typed('\r'), hook('asks')]],
  ['moving in a question', 'asks', [...asking, typed('\x1b[B'), typed('\x1bOB')]],
  ['something is typed after an answer', 'idle', [...done, typed('a')]],
  ['an arrow key after an answer', 'idle', [...done, typed('\x1b[A')]],
  ['the terminal gets the focus after an answer', 'idle', [...done, typed('\x1b[I')]],
  ['the terminal loses the focus after an answer', 'done', [...done, typed('\x1b[O')]],
  ['typing ahead while it works', 'working', [...working, typed('a\r')]],
])('%s: %s', (_, activity, signs) => expect(after(...signs)).toBe(activity));

test.each([
  '\x1b[?1;2c',
  '\x1b[>0;276;0c',
  '\x1b[12;40R',
  '\x1b[0n',
  '\x1b[?2026;2$y',
  '\x1b]11;rgb:0/0/0\x07',
  '\x1bP>|xterm\x1b\\',
])('an answer of the terminal is nobody’s key: %j', (answer) => expect(after(...done, typed(answer))).toBe('done'));

describe('of a Claude that sets no title', () => {
  const quiet = [hook('idle'), hook('working')];
  test.each<[string, Activity, ActivitySign[]]>([
    ['it works until a hook says otherwise', 'working', quiet],
    ['it is silent for long', 'idle', [...quiet, silence]],
    ['silence at a question', 'asks', [...quiet, hook('asks'), silence]],
    ['silence after an answer', 'done', [...quiet, hook('done'), silence]],
    ['a permitted tool runs', 'working', [...quiet, hook('asks'), typed('1')]],
  ])('%s: %s', (_, activity, signs) => expect(after(...signs)).toBe(activity));
});
