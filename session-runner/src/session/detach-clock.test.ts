import { DetachClock } from './detach-clock';

const GRACE = 100;
const clock = () => new DetachClock({ graceMs: GRACE, maxWorkMs: 1000 });

test('with somebody attached there is no end', () => {
  const attended = clock();
  expect(attended.endsAt).toBeNull();
  attended.abandoned(5000);
  attended.attached();
  expect(attended.endsAt).toBeNull();
});

test('the grace counts from the moment at which the last has gone', () => {
  const abandoned = clock();
  abandoned.works(true, 1000);
  abandoned.works(false, 2000);
  abandoned.abandoned(5000);
  expect(abandoned.endsAt).toBe(5000 + GRACE);
  // The grace counts from the first time.
  abandoned.abandoned(6000);
  expect(abandoned.endsAt).toBe(5000 + GRACE);
});

test('while Claude works it does not count; then it does, and begins anew after more work', () => {
  const busy = clock();
  busy.works(true, 4000);
  busy.abandoned(5000);
  expect(busy.endsAt).toBe(6000 + GRACE);
  busy.works(false, 5500);
  expect(busy.endsAt).toBe(5500 + GRACE);
  busy.works(true, 5550);
  busy.works(false, 5700);
  expect(busy.endsAt).toBe(5700 + GRACE);
});

test('work puts the end off no further than it may', () => {
  const busy = clock();
  busy.works(true, 0);
  busy.abandoned(5000);
  busy.works(false, 9000);
  expect(busy.endsAt).toBe(6000 + GRACE);
  const strict = new DetachClock({ graceMs: GRACE, maxWorkMs: 0 });
  strict.works(true, 0);
  strict.abandoned(5000);
  expect(strict.endsAt).toBe(5000 + GRACE);
});

test('who comes back and goes again has the whole of it', () => {
  const busy = clock();
  busy.works(true, 0);
  busy.abandoned(5000);
  busy.attached();
  busy.abandoned(8000);
  expect(busy.endsAt).toBe(9000 + GRACE);
});

test('a grace of its own is as long as it says', () => {
  const fresh = clock();
  fresh.abandoned(5000, 700);
  expect(fresh.endsAt).toBe(5700);
});
