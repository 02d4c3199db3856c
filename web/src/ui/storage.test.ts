import { storageOf } from './storage';

function working() {
  const entries = new Map<string, string>();
  return {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
}

test('what is written is read', () => {
  const place = working();
  expect(storageOf(() => place).write('a', '1')).toBe(true);
  expect(storageOf(() => place).read('a')).toBe('1');
  expect(storageOf(() => place).isKept()).toBe(true);
});

test.each([
  [
    'that throws when it is asked for',
    () => {
      throw new DOMException('denied', 'SecurityError');
    },
  ],
  ['that is not there', () => null],
  [
    'that is full',
    () => ({
      ...working(),
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    }),
  ],
])('a storage %s keeps things for this page, and says so', (_what, open) => {
  const storage = storageOf(open);
  expect(storage.read('a')).toBeNull();
  expect(storage.isKept()).toBe(false);
  expect(storage.write('a', '1')).toBe(false);
  expect(storage.read('a')).toBe('1');
});

test('a storage that is allowed later has the last word', () => {
  const place = working();
  let isAllowed = false;
  const storage = storageOf(() => (isAllowed ? place : null));
  storage.write('a', '1');
  isAllowed = true;
  expect(storage.write('a', '2')).toBe(true);
  place.setItem('a', '3');
  expect(storage.read('a')).toBe('3');
});
