import { OUTPUT_HEADER_BYTES } from '@claude-webui/protocol';
import { Coalescer } from './coalescer';

const small = Buffer.from('a');
const large = Buffer.alloc(4096, 'x');

const taken = (coalescer: Coalescer) => coalescer.take().subarray(OUTPUT_HEADER_BYTES).toString();

test('an echo after silence leaves at once', () => {
  const coalescer = new Coalescer(65_536, 4096);
  expect(coalescer.add(small, 0)).toBe('flush');
  expect(taken(coalescer)).toBe('a');
});

test('a flood is held until there is no room for another piece', () => {
  const coalescer = new Coalescer(65_536, 4096);
  for (let n = 1; n < 16; n += 1) expect(coalescer.add(large, 0)).toBe('hold');
  expect(coalescer.add(large, 0)).toBe('flush');
  expect(taken(coalescer)).toBe('x'.repeat(65_536));
  expect(coalescer.held).toBe(0);
});

test('what was taken does not change with what comes after', () => {
  const coalescer = new Coalescer(100, 50);
  const pieces = ['one', 'a longer piece of some forty characters', 'two'];
  const frames = pieces.flatMap((piece) => {
    coalescer.add(Buffer.from(piece), 0);
    coalescer.add(Buffer.from(`+${piece}`), 0);
    return coalescer.take();
  });
  expect(frames.map((frame) => frame.subarray(OUTPUT_HEADER_BYTES).toString())).toEqual(
    pieces.map((piece) => `${piece}+${piece}`),
  );
});

test('a program that prints byte by byte is a flood too, for a while', () => {
  const coalescer = new Coalescer(65_536, 4096);
  const verdicts = Array.from({ length: 100 }, () => {
    const verdict = coalescer.add(small, 1);
    coalescer.take();
    return verdict;
  });
  expect(verdicts.filter((verdict) => verdict === 'flush')).toHaveLength(64);
  expect(coalescer.add(small, 6)).toBe('flush');
});
