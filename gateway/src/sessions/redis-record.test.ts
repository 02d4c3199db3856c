import type { SessionRecord } from './directory';
import { readyRecord } from '../testing/session-record';
import { fieldsOf, recordOf } from './redis-record';

test('a record comes back as it went', () => {
  const record = readyRecord('http://127.0.0.1:7681');
  expect(recordOf(fieldsOf(record))).toEqual(record);
});

test('a record with everything that one can have comes back as it went', () => {
  const record: SessionRecord = {
    ...readyRecord(null),
    workspaceKept: true,
    progress: { code: 'suspended', detail: 'by its owner' },
    end: { reason: 'exited', exitCode: 3, detail: 'in order' },
    ownerName: 'Alice',
    launch: { role: 'admin', command: { program: '/bin/sh', args: ['-c', 'x'], newConversationOf: 'id' } },
  };
  expect(recordOf(fieldsOf(record))).toEqual(record);
});

/** A record's fields with one in the place of another. */
function changed(name: string, value: unknown): string[] {
  const fields = fieldsOf(readyRecord(null));
  const at = fields.indexOf(name);
  return at < 0 ? [...fields, name, JSON.stringify(value)] : fields.with(at + 1, JSON.stringify(value));
}

test('what an older gateway wrote as waiting is done', () => {
  expect(recordOf(changed('activity', 'waiting'))).toMatchObject({ activity: 'done' });
});

test.each([
  ['activity', 'dreaming', { activity: 'working' }],
  ['progress', { code: 'thawing' }, { progress: null }],
  ['end', { reason: 'moved-to-mars', exitCode: null }, { end: { reason: 'terminated', exitCode: null } }],
])('a word of a later release for %s is taken for the least that it can mean', (name, value, expected) => {
  expect(recordOf(changed(name, value))).toMatchObject(expected);
});

test('a field of a later release is left out', () => {
  expect(recordOf(changed('colour', 'blue'))).not.toHaveProperty('colour');
});

test.each([
  ['another state', changed('state', 'asleep')],
  ['an owner that is no text', changed('owner', 7)],
  ['attachments below zero', changed('attachments', -1)],
  ['no end of JSON', ['id', '"a', 'name', '{']],
  ['nothing', []],
])('%s makes it no record', (_what, fields) => {
  expect(recordOf(fields)).toBeNull();
});
