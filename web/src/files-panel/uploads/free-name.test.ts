import { numbered } from './free-name';

test.each([
  ['notes.txt', 'notes (2).txt'],
  ['a.b/notes', 'a.b/notes (2)'],
  ['src/backup.tar.gz', 'src/backup (2).tar.gz'],
  ['.env', '.env (2)'],
  ['.env.local', '.env (2).local'],
  ['Makefile', 'Makefile (2)'],
])('%s gets the number at %s', (path, next) => expect(numbered(path, 2)).toBe(next));
