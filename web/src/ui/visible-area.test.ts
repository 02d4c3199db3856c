import { visibleArea } from './visible-area';

jest.mock('./visible-area.css', () => ({}));

test.each([
  ['no keyboard', { height: 800, offsetTop: 0, scale: 1 }, 800, null],
  ['a keyboard on Android', { height: 460, offsetTop: 0, scale: 1 }, 800, { height: 460, top: 0 }],
  [
    'a keyboard on iOS, which scrolls the page',
    { height: 460, offsetTop: 120, scale: 1 },
    800,
    { height: 460, top: 120 },
  ],
  ['two fingers that zoom', { height: 400, offsetTop: 100, scale: 2 }, 800, null],
  ['a keyboard while it is zoomed', { height: 230, offsetTop: 100, scale: 2 }, 800, { height: 460, top: 0 }],
])('%s', (_what, viewport, page, area) => expect(visibleArea(viewport, page)).toEqual(area));
