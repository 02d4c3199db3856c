import { readyRecord } from '../testing/session-record';
import { fieldsOf, recordOf } from './redis-record';

test('a record comes back as it went', () => {
  const record = readyRecord('http://127.0.0.1:7681');
  expect(recordOf(fieldsOf(record))).toEqual(record);
});

test('what an older gateway wrote as waiting is done', () => {
  expect(recordOf(['activity', '"waiting"'])).toMatchObject({ activity: 'done' });
});
