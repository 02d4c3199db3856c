import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookEvent } from './hooks';
import { HookWatch, parseEvent } from './hooks';

const ID = '97905c97-a346-43c2-aa6a-f92c956adf07';
const activity = (hook: string, content: object = {}) =>
  parseEvent(`1795467067284920693-11-${hook}`, content).find((event) => event.type === 'activity')?.activity;

test.each([
  ['SessionStart', 'idle'],
  ['UserPromptSubmit', 'working'],
  ['PreToolUse', 'working'],
  ['PermissionRequest', 'asks'],
  ['PostToolUse', 'working'],
  ['PostToolUseFailure', 'working'],
  ['Stop', 'done'],
  ['StopFailure', 'done'],
])('after %s Claude is %s', (hook, expected) => {
  expect(activity(hook)).toBe(expected);
});

test('summing up a long conversation is no end of the work', () => {
  expect(activity('SessionStart', { source: 'compact' })).toBeUndefined();
});

test('only a notification that asks the person something is a question', () => {
  expect(activity('Notification', { notification_type: 'permission_prompt' })).toBe('asks');
  expect(activity('Notification', { notification_type: 'idle_prompt' })).toBeUndefined();
  expect(activity('Notification', { notification_type: 'auth_success' })).toBeUndefined();
});

test('a tool is timed by the hooks around it', () => {
  const content = { session_id: ID, tool_name: 'Bash', tool_use_id: 'toolu_1' };
  expect(parseEvent('1795467067284920693-11-PreToolUse', content)).toContainEqual({
    type: 'tool',
    name: 'Bash',
    phase: 'start',
    id: 'toolu_1',
    at: 1795467067284.9207,
  });
  expect(parseEvent('1-11-PostToolUseFailure', content)).toContainEqual(
    expect.objectContaining({ type: 'tool', phase: 'end', id: 'toolu_1' }),
  );
});

test.each([null, 7, 'text', [], { session_id: 7, tool_name: {}, tool_use_id: [] }])(
  'content that no hook writes says nothing: %j',
  (content) => {
    expect(parseEvent('1-1-PreToolUse', content)).toEqual([{ type: 'activity', activity: 'working' }]);
    expect(parseEvent('1-1-constructor', content)).toEqual([]);
  },
);

describe('the folder of events', () => {
  let directory: string;
  let watch: HookWatch;
  let events: HookEvent[];
  let notify: () => void = () => undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'events-'));
    events = [];
    watch = new HookWatch(directory);
    watch.subscribe((event) => {
      events.push(event);
      notify();
    });
  });
  afterEach(() => watch.close());

  function drop(name: string, content: string): void {
    writeFileSync(join(directory, '.1'), content);
    renameSync(join(directory, '.1'), join(directory, name));
  }

  /** Resolves after the event that says this. */
  function said(expected: HookEvent): Promise<void> {
    return new Promise((resolve) => {
      notify = () => {
        if (JSON.stringify(events.at(-1)) === JSON.stringify(expected)) resolve();
      };
    });
  }

  test('events arrive as they are dropped, and are removed', async () => {
    const working = said({ type: 'activity', activity: 'working' });
    drop('1-1-UserPromptSubmit', JSON.stringify({ session_id: ID }));
    await working;
    const answered = said({ type: 'activity', activity: 'done' });
    drop('2-1-Stop', '{}');
    await answered;
    expect(events).toEqual([
      { type: 'conversation', id: ID },
      { type: 'activity', activity: 'working' },
      { type: 'activity', activity: 'done' },
    ]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('more than is taken at once is taken in turn', async () => {
    const done = said({ type: 'conversation', id: 'last' });
    for (let index = 0; index < 1000; index += 1) drop(`${1000 + index}-1-PreToolUse`, '{}');
    drop('9999-1-Other', JSON.stringify({ session_id: 'last' }));
    await done;
    expect(events).toHaveLength(1001);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('nothing but files with an event’s name is touched', async () => {
    const secret = join(mkdtempSync(join(tmpdir(), 'server-')), 'secret');
    writeFileSync(secret, JSON.stringify({ session_id: 'secret' }));
    const done = said({ type: 'activity', activity: 'done' });
    mkdirSync(join(directory, '1-1-PreToolUse'));
    symlinkSync(secret, join(directory, '2-1-PreToolUse'));
    writeFileSync(join(directory, 'note'), 'mine');
    drop('3-1-Stop', '{}');
    await done;
    expect(events).toHaveLength(1);
    expect(existsSync(secret)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['1-1-PreToolUse', '2-1-PreToolUse', 'note']);
  });

  test('an event that is far too large is thrown away unread', async () => {
    const done = said({ type: 'activity', activity: 'done' });
    drop('1-1-Other', JSON.stringify({ session_id: ID, content: 'x'.repeat(2 * 1024 * 1024) }));
    drop('2-1-Stop', '{}');
    await done;
    expect(events).toHaveLength(1);
    expect(readdirSync(directory)).toEqual([]);
  });
});
