import { createLogger } from './log';

function logged(fields: object): string {
  let text = '';
  createLogger('debug', { write: (line: string) => void (text += line) }).warn(fields, 'failed');
  return text;
}

test('an error is logged with its words, and not with what a library has hung on it', () => {
  const error = Object.assign(new TypeError('WRONGPASS'), { code: 'EAUTH', command: { args: ['AUTH', 'planted'] } });
  const line = logged({ err: error });
  expect(JSON.parse(line)).toMatchObject({ err: { type: 'TypeError', message: 'WRONGPASS', code: 'EAUTH' } });
  expect(line).toContain('log.test.ts');
  expect(line).not.toContain('planted');
});

test('what is thrown and is no error is logged too', () => {
  expect(JSON.parse(logged({ err: 'a string' }))).toMatchObject({ err: { message: 'a string' } });
});
