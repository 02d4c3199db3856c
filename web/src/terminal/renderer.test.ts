import { isOneColour } from './renderer';

jest.mock('@xterm/addon-webgl', () => ({}));

test('an image is one colour only if each byte of it is', () => {
  const image = () => Array.from({ length: 64 }, (_, index) => [1, 2, 3, 255][index % 4] ?? 0);
  expect(isOneColour(image(), [1, 2, 3])).toBe(true);
  for (let index = 0; index < 64; index += 1) {
    const noisy = image();
    noisy[index] = 99;
    expect(isOneColour(noisy, [1, 2, 3])).toBe(false);
  }
  expect(isOneColour([], [1, 2, 3])).toBe(false);
});
