import { Closing } from './closing';

function closing() {
  const failures: string[] = [];
  const closed: string[] = [];
  const steps = new Closing((what, error) => failures.push(`${what}: ${(error as Error).message}`));
  return { steps, failures, closed };
}

test('what was opened last is closed first, each when the one before it is', async () => {
  const { steps, closed, failures } = closing();
  steps.add('first', () => void closed.push('first'));
  steps.add('second', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    closed.push('second');
  });
  await Promise.all([steps.close(), steps.close()]);
  expect(closed).toEqual(['second', 'first']);
  expect(failures).toEqual([]);
});

test('a step that throws, rejects or hangs keeps nothing else from being closed, and is told of', async () => {
  const { steps, closed, failures } = closing();
  steps.add('audit', () => void closed.push('audit'));
  steps.add('throws', () => {
    throw new Error('broken');
  });
  steps.add('rejects', () => Promise.reject(new Error('refused')));
  steps.add('hangs', () => new Promise(() => undefined), 20);
  await expect(steps.close()).rejects.toThrow('not everything could be closed');
  expect(closed).toEqual(['audit']);
  expect(failures).toEqual(['hangs: closing hangs took longer than 0.02 s', 'rejects: refused', 'throws: broken']);
});

test('however many steps hang, all are tried, and the end comes in time', async () => {
  const closed: string[] = [];
  const steps = new Closing(() => undefined, 1000);
  steps.add('audit', () => void closed.push('audit'));
  for (let step = 0; step < 3; step += 1) steps.add('hangs', () => new Promise(() => undefined));
  const since = performance.now();
  await expect(steps.close()).rejects.toThrow('not everything could be closed');
  expect(closed).toEqual(['audit']);
  // Each alone would have ten seconds.
  expect(performance.now() - since).toBeLessThan(9000);
});
