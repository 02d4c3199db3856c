import { LoginBackoff } from './login-backoff';

const from = (username: string, address = '192.0.2.1') => ({ username, address });

function failTimes(
  backoff: LoginBackoff,
  count: number,
  source: (n: number) => ReturnType<typeof from>,
  now = 0,
): void {
  for (let n = 0; n < count; n += 1) backoff.attempt(source(n), now);
}

test('a few failures are free, then the wait doubles up to its cap', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 4, () => from('alice'));
  expect(backoff.waitMs(from('alice'), 0)).toBe(0);
  const waits = Array.from({ length: 12 }, () => {
    backoff.attempt(from('alice'), 0);
    return backoff.waitMs(from('alice'), 0);
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1000));
});

test('the wait passes with time, and failures are forgotten after an hour', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 6, () => from('alice'));
  expect(backoff.waitMs(from('alice'), 1500)).toBe(500);
  expect(backoff.waitMs(from('alice'), 2000)).toBe(0);
  backoff.attempt(from('alice'), 3_600_001);
  expect(backoff.waitMs(from('alice'), 3_600_001)).toBe(0);
});

test('an account is held wherever the failures came from; others are not', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 6, (n) => from('alice', `192.0.2.${n}`));
  expect(backoff.waitMs(from('alice', '198.51.100.1'), 0)).toBeGreaterThan(0);
  expect(backoff.waitMs(from('bob'), 0)).toBe(0);
});

test('an address is held whichever names it tried', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 20, (n) => from(`user${n}`));
  expect(backoff.waitMs(from('somebody'), 0)).toBeGreaterThan(0);
  expect(backoff.waitMs(from('somebody', '198.51.100.1'), 0)).toBe(0);
});

test('the addresses of one IPv6 subscriber are one', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 20, (n) => from(`user${n}`, `2001:db8:1:2::${n}`));
  expect(backoff.waitMs(from('x', '2001:db8:1:2:ffff::1'), 0)).toBeGreaterThan(0);
  expect(backoff.waitMs(from('x', '2001:db8:1:3::1'), 0)).toBe(0);
});

test('success forgives the account, but an own account buys no guesses at others', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 19, (n) => from(`user${n}`));
  backoff.attempt(from('mallory'), 0);
  backoff.succeeded(from('mallory'));
  expect(backoff.waitMs(from('mallory'), 0)).toBe(0);
  backoff.attempt(from('alice'), 0);
  expect(backoff.waitMs(from('mallory'), 0)).toBeGreaterThan(0);
});

test('memory is bounded: the oldest is forgotten', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 6, () => from('alice'));
  failTimes(backoff, 10_000, (n) => from(`user${n}`, `198.51.${n >> 8}.${n & 255}`));
  expect(backoff.waitMs(from('alice'), 0)).toBe(0);
});

test('who is attacked now is not the oldest, though the first guess was long ago', () => {
  const backoff = new LoginBackoff();
  const others = (n: number) => from(`user${n}`, `198.51.${n >> 8}.${n & 255}`);
  failTimes(backoff, 6, () => from('alice'));
  failTimes(backoff, 4000, others);
  failTimes(backoff, 1, () => from('alice'));
  failTimes(backoff, 4000, (n) => others(n + 4000));
  expect(backoff.waitMs(from('alice'), 0)).toBeGreaterThan(0);
});

test('IPv4 addresses are single, however they are written', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 20, (n) => from(`user${n}`, '::ffff:192.0.2.1'));
  expect(backoff.waitMs(from('x', '192.0.2.1'), 0)).toBeGreaterThan(0);
  expect(backoff.waitMs(from('x', '::ffff:192.0.2.2'), 0)).toBe(0);
});

test('an office whose people mistype may sign in until the twentieth failure', () => {
  const backoff = new LoginBackoff();
  failTimes(backoff, 19, (n) => from(`user${n}`));
  expect(backoff.waitMs(from('alice'), 0)).toBe(0);
  backoff.attempt(from('user19'), 0);
  expect(backoff.waitMs(from('alice'), 0)).toBe(1000);
});
