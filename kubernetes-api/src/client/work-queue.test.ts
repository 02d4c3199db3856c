import { exponentialBackoff } from './backoff';
import { WorkQueue } from './work-queue';

const DAY_MS = 86_400_000;

const observer = { added: () => undefined, retried: () => undefined, taken: () => undefined, depth: () => undefined };

describe('the work queue', () => {
  let queue: WorkQueue;
  beforeEach(() => {
    queue = new WorkQueue(observer, () => 1);
  });
  afterEach(() => {
    queue.close();
    jest.useRealTimers();
  });

  it('gives a key that was added many times once', async () => {
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
    const next = queue.take();
    queue.add('c');
    expect(await next).toBe('c');
  });

  it('gives a key to one worker at a time, and once more when it was added meanwhile', async () => {
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(await queue.take()).toBe('b');
    queue.done('a');
    expect(await queue.take()).toBe('a');
    queue.done('a');
    const next = queue.take();
    queue.add('c');
    expect(await next).toBe('c');
  });

  it('of two wishes for later keeps the earlier', async () => {
    queue.addAfter('a', 3_600_000);
    queue.addAfter('a', 1);
    queue.addAfter('a', 3_600_000);
    expect(await queue.take()).toBe('a');
  });

  it('keeps a wish for later than a timer of Node can wait until then', () => {
    jest.useFakeTimers();
    const added = jest.fn();
    const patient = new WorkQueue({ ...observer, added });
    patient.addAfter('a', 60 * DAY_MS);
    jest.advanceTimersByTime(60 * DAY_MS - 1000);
    expect(added).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1000);
    expect(added).toHaveBeenCalledTimes(1);
    patient.close();
  });

  it('gives a failed key again after its pause', async () => {
    queue.add('a');
    const key = await queue.take();
    queue.retry(String(key));
    queue.done(String(key));
    expect(await queue.take()).toBe('a');
  });

  it('waits longer after each failure in a row, and no longer than at first once the key has succeeded', () => {
    const pauses: number[] = [];
    const failing = new WorkQueue(observer, (failures) => pauses.push(failures));
    failing.retry('a');
    failing.retry('a');
    failing.retry('b');
    failing.forget('a');
    failing.retry('a');
    failing.close();
    expect(pauses).toEqual([0, 1, 0, 0]);
  });

  it('gives a wish for later as often as it is made, once each', async () => {
    queue.addAfter('a', 1);
    expect(await queue.take()).toBe('a');
    queue.done('a');
    queue.addAfter('a', 1);
    expect(await queue.take()).toBe('a');
  });

  it('keeps nothing that would still act once it is closed', async () => {
    jest.useFakeTimers();
    queue.add('a');
    queue.addAfter('b', 1000);
    queue.close();
    queue.addAfter('c', 1000);
    expect(jest.getTimerCount()).toBe(0);
    expect(await queue.take()).toBeNull();
  });

  it('acts once on two wishes for later, at the earlier time', () => {
    jest.useFakeTimers();
    const added = jest.fn();
    const asked = new WorkQueue({ ...observer, added });
    asked.addAfter('a', 10_000);
    asked.addAfter('a', 1000);
    asked.addAfter('a', 10_000);
    jest.advanceTimersByTime(999);
    expect(added).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(added).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
    asked.close();
  });

  it('gives keys in the order in which they came, to workers in the order in which they asked', async () => {
    const workers = [queue.take(), queue.take()];
    queue.add('a');
    queue.add('b');
    expect(await Promise.all(workers)).toEqual(['a', 'b']);
    queue.add('d');
    queue.add('c');
    expect([await queue.take(), await queue.take()]).toEqual(['d', 'c']);
  });

  it('measures how long a key has waited, and each entry once', async () => {
    jest.useFakeTimers();
    const seen = { taken: jest.fn(), added: jest.fn(), retried: jest.fn() };
    const measured = new WorkQueue({ ...observer, ...seen }, () => 1000);
    jest.advanceTimersByTime(1000);
    measured.add('a');
    measured.add('a');
    jest.advanceTimersByTime(2500);
    await measured.take();
    expect(seen.taken.mock.calls).toEqual([[2.5]]);
    expect(seen.added).toHaveBeenCalledTimes(1);
    expect(seen.retried).not.toHaveBeenCalled();
    measured.retry('b');
    expect(seen.retried).toHaveBeenCalledTimes(1);
    measured.close();
  });

  it('says how many keys wait, so that a queue that grows is seen', async () => {
    const depths: number[] = [];
    const measured = new WorkQueue({ ...observer, depth: (keys) => depths.push(keys) });
    measured.add('a');
    measured.add('b');
    await measured.take();
    await measured.take();
    measured.close();
    expect(depths).toEqual([1, 2, 1, 0]);
  });

  it('lets its workers go when it is closed', async () => {
    const waiting = queue.take();
    queue.close();
    expect(await waiting).toBeNull();
    queue.add('a');
    expect(await queue.take()).toBeNull();
  });
});

describe('exponential back-off', () => {
  const at = (random: number) => exponentialBackoff(100, 10_000, () => random);
  it.each([
    [0, 50, 100],
    [1, 100, 200],
    [6, 3_200, 6_400],
    [7, 5_000, 10_000],
    [1000, 5_000, 10_000],
  ])('after %i failures is between %i and %i ms', (failures, least, most) => {
    expect(at(0)(failures)).toBe(least);
    expect(at(1)(failures)).toBe(most);
  });
});
