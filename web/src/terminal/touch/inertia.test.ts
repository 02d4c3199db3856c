import { FingerSpeed, Inertia } from './inertia';

test('a finger that moves gives its speed, one that rests gives none', () => {
  const speed = new FingerSpeed();
  for (let at = 0; at <= 50; at += 10) speed.moved(at, at * 2);
  expect(speed.at(50)).toBeCloseTo(2);
  expect(speed.at(500)).toBe(0);
  expect(new FingerSpeed().at(0)).toBe(0);
});

test('a movement comes to rest, goes further the faster it was, and as far in many steps as in few', () => {
  const way = (speed: number, stepMs: number) => {
    const inertia = new Inertia(speed);
    let all = 0;
    for (let steps = 0; steps < 10_000; steps += 1) {
      const moved = inertia.advance(stepMs);
      if (moved === null) return all;
      all += moved;
    }
    throw new Error('it does not come to rest');
  };
  expect(way(2, 16)).toBeGreaterThan(way(1, 16));
  expect(way(-2, 16)).toBeCloseTo(-way(2, 16));
  expect(Math.abs(way(2, 8) - way(2, 33))).toBeLessThan(2);
  expect(way(0.01, 16)).toBe(0);
});
