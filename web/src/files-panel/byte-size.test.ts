import { byteSize } from './byte-size';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9960, '10 kB'],
  [999_600, '1.0 MB'],
  [1_500_000, '1.5 MB'],
  [12e12, '12 TB'],
])('%d bytes are %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));
