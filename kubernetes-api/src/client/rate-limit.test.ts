import { TokenBucket } from './rate-limit';

describe('the token bucket', () => {
  let now = 0;
  afterEach(() => jest.useRealTimers());

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

  it('holds everybody to the rate for as long as they come', () => {
    const limit = bucket();
    let at = 0;
    // Each comes when the last was let go.
    for (let sent = 0; sent < 102; sent += 1) {
      at = Math.max(at, now + limit.reserve());
      now = at;
    }
    expect(at).toBe(10_000);
  });

  it('lets nobody go before the wait is over', async () => {
    jest.useFakeTimers();
    const limit = new TokenBucket(10, 1);
    await limit.acquire();
    const went = jest.fn();
    const second = limit.acquire().then(went);
    await jest.advanceTimersByTimeAsync(99);
    expect(went).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await second;
  });
});
