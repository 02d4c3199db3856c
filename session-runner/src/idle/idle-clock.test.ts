import { IdleClock } from './idle-clock';

const MINUTE_MS = 60_000;
const limits = { idleTimeoutMs: 10 * MINUTE_MS, idleWarningMs: MINUTE_MS };

test('counts down inside the warning and ends at the limit', () => {
  const clock = new IdleClock(limits, 0);
  expect(clock.state(9 * MINUTE_MS - 1)).toMatchObject({ endsInMs: null, expired: false });
  expect(clock.state(9 * MINUTE_MS)).toMatchObject({ endsInMs: MINUTE_MS, expired: false });
  expect(clock.state(10 * MINUTE_MS - 1)).toMatchObject({ endsInMs: 1, expired: false });
  expect(clock.state(10 * MINUTE_MS)).toMatchObject({ endsInMs: 0, expired: true });
});

test('activity takes the countdown back', () => {
  const clock = new IdleClock(limits, 0);
  clock.active(9.5 * MINUTE_MS);
  expect(clock.state(9.5 * MINUTE_MS).endsInMs).toBeNull();
  expect(clock.state(19.5 * MINUTE_MS).expired).toBe(true);
  expect(clock.lastActivityAt).toBe(9.5 * MINUTE_MS);
});

test('zero never ends and asks for no further look', () => {
  const clock = new IdleClock({ idleTimeoutMs: 0, idleWarningMs: MINUTE_MS }, 0);
  expect(clock.state(Number.MAX_SAFE_INTEGER)).toEqual({ endsInMs: null, expired: false, checkInMs: Infinity });
});

test('a working process is activity, the CLI’s own two percent are not', () => {
  const clock = new IdleClock(limits, 0);
  clock.cpuSample(1_000, 0);
  clock.cpuSample(1_600, 30_000);
  expect(clock.lastActivityAt).toBe(0);
  clock.cpuSample(3_200, 60_000);
  expect(clock.lastActivityAt).toBe(60_000);
});

test('processes that end take their CPU time away, and that is no activity', () => {
  const clock = new IdleClock(limits, 0);
  clock.cpuSample(90_000, 0);
  clock.cpuSample(1_000, 30_000);
  expect(clock.lastActivityAt).toBe(0);
  clock.cpuSample(4_000, 60_000);
  expect(clock.lastActivityAt).toBe(60_000);
});

test('a model call in flight holds the end off, and idle time begins where it ends', () => {
  const clock = new IdleClock(limits, 0);
  clock.modelCallUntil(15 * MINUTE_MS);
  expect(clock.state(12 * MINUTE_MS)).toMatchObject({ endsInMs: null, expired: false });
  expect(clock.state(25 * MINUTE_MS - 1).expired).toBe(false);
  expect(clock.state(25 * MINUTE_MS).expired).toBe(true);
});

test('a model call that ends early lets idle time begin then', () => {
  const clock = new IdleClock(limits, 0);
  clock.modelCallUntil(60 * MINUTE_MS);
  clock.modelCallUntil(5 * MINUTE_MS);
  expect(clock.state(15 * MINUTE_MS).expired).toBe(true);
});

test('looks again no later than the warning and the end', () => {
  const clock = new IdleClock(limits, 0);
  expect(clock.state(0).checkInMs).toBeLessThanOrEqual(MINUTE_MS);
  expect(clock.state(9 * MINUTE_MS - 1_000).checkInMs).toBe(1_000);
  expect(clock.state(10 * MINUTE_MS - 300).checkInMs).toBe(300);
});

test('a warning longer than the limit is there from the start', () => {
  const clock = new IdleClock({ idleTimeoutMs: 1_000, idleWarningMs: MINUTE_MS }, 0);
  expect(clock.state(0)).toMatchObject({ endsInMs: 1_000, expired: false });
});
