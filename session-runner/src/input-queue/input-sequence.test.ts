import { InputSequence } from './input-sequence';

test('each number is taken once, in order, per client', () => {
  const inputs = new InputSequence();
  expect(inputs.offer('a', 1)).toBe('take');
  expect(inputs.offer('a', 1)).toBe('repeat');
  expect(inputs.offer('a', 3)).toBe('gap');
  expect(inputs.offer('a', 2)).toBe('take');
  expect(inputs.offer('b', 1)).toBe('take');
  expect(inputs.of('a')).toBe(2);
});

test('clients that were not seen for long are forgotten, those in use are not', () => {
  const inputs = new InputSequence();
  inputs.offer('in use', 1);
  for (let n = 0; n < 200; n += 1) {
    inputs.offer(`client ${n}`, 1);
    inputs.offer('in use', n + 2);
  }
  expect(inputs.of('client 0')).toBe(0);
  expect(inputs.of('client 199')).toBe(1);
  expect(inputs.of('in use')).toBe(201);
});

test('the last refusal is known for as long as its client, whatever is taken after it', () => {
  const inputs = new InputSequence();
  expect(inputs.refusalOf('a')).toBeNull();
  inputs.offer('a', 1);
  inputs.offer('b', 1);
  inputs.refuse('a', 'line-too-long');
  inputs.offer('a', 2);
  expect(inputs.refusalOf('a')).toEqual({ code: 'line-too-long', sequence: 1 });
  expect(inputs.refusalOf('b')).toBeNull();
  expect(inputs.of('a')).toBe(2);
  inputs.refuse('a', 'not-driver');
  expect(inputs.refusalOf('a')).toEqual({ code: 'not-driver', sequence: 2 });
});
