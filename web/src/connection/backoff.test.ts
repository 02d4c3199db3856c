import { backoffMs } from './backoff';

test('the wait doubles up to a cap, and lies in its upper half', () => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const ceiling = Math.min(15_000, 250 * 2 ** attempt);
    expect(backoffMs(attempt, 0)).toBe(ceiling / 2);
    expect(backoffMs(attempt, 1)).toBe(ceiling);
  }
});
