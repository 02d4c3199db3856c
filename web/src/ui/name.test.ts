import { renderToStaticMarkup } from 'react-dom/server';
import { Name, isolated, visible } from './name';

test('what reorders text or cannot be seen is shown as its code', () => {
  expect(visible('cv\u202efdp.exe')).toBe('cv[U+202E]fdp.exe');
  expect(visible('a\u200fb\u200ec\u061cd\u2066e\u2069f')).toBe('a[U+200F]b[U+200E]c[U+061C]d[U+2066]e[U+2069]f');
  expect(visible('a\nb\u001bc\u0085d\u2028e')).toBe('a[U+000A]b[U+001B]c[U+0085]d[U+2028]e');
  expect(visible('a\u00adb\u200bc\ufeffd\u3164e\u{e0041}f')).toBe('a[U+00AD]b[U+200B]c[U+FEFF]d[U+3164]e[U+E0041]f');
});

test('joiners are kept where they join: in Persian, Hindi and emoji, but not in Latin', () => {
  for (const name of ['می\u200cخواهم.txt', 'क्\u200dष', '👨\u200d👩\u200d👧.png', '❤\ufe0f\u200d🔥', '👩🏽\u200d💻'])
    expect(visible(name)).toBe(name);
  expect(visible('pay\u200dpal\u200c.txt')).toBe('pay[U+200D]pal[U+200C].txt');
  expect(visible('\u200dx')).toBe('[U+200D]x');
});

test('names as people have them stay as they are', () => {
  for (const name of ['notes of today.txt', 'Ünï — ☕️', 'שלום.txt', 'ملف (1).pdf', '漢字', 'é'])
    expect(visible(name)).toBe(name);
});

test('in plain text a name from right to left is isolated, and on the page every name', () => {
  expect(isolated('שלום.txt')).toBe('\u2068שלום.txt\u2069');
  expect(isolated('plain.txt')).toBe('plain.txt');
  expect(renderToStaticMarkup(Name({ of: 'a\u202eb' }))).toBe('<bdi>a[U+202E]b</bdi>');
});
