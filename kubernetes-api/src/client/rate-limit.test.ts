import { TokenBucket } from './rate-limit';

describe('the token bucket', () => {
  let now = 0;
  const bucket = () => {
    now = 0;
    return new TokenBucket(10, 2, () => now);
  };

  it('lets a burst pass and makes the rest wait for each other', () => {
    const limit = bucket();
    expect([1, 2, 3, 4].map(() => limit.reserve())).toEqual([0, 0, 100, 200]);
  });

  it('fills up to the burst, not beyond', () => {
    const limit = bucket();
    now = 60_000;
    expect([1, 2, 3].map(() => limit.tryTake())).toEqual([0, 0, 100]);
    expect(limit.tryTake()).toBe(100);
    now += 100;
    expect(limit.tryTake()).toBe(0);
  });
});
