import { noticeRoom, toastRoom } from './notice-room';

const row = (top: number) => [{ top, bottom: top + 20 }];

test('notices lie above the prompt, and leave half of the terminal in view', () =>
  expect(noticeRoom(600, row(580), 'above')).toEqual({ side: 'above', offset: 0, room: 580, most: 300 }));

test('with the prompt in the first row they lie below it', () =>
  expect(noticeRoom(600, row(0), 'above')).toEqual({ side: 'below', offset: 0, room: 580, most: 300 }));

test('a cursor that moves about the middle does not throw them to and fro', () => {
  for (const top of [250, 290, 330]) {
    expect(noticeRoom(600, row(top), 'above').side).toBe('above');
    expect(noticeRoom(600, row(top), 'below').side).toBe('below');
  }
});

test('in each row of a window however low they have the larger side, or a third at least, and never the row', () => {
  for (const height of [40, 100, 300])
    for (let top = 0; top <= height - 20; top += 5)
      for (const side of ['above', 'below'] as const) {
        const found = noticeRoom(height, row(top), side);
        expect(found.room).toBe(found.side === 'above' ? top : height - top - 20);
        expect(found.room).toBeGreaterThanOrEqual((height - 20) / 3);
        expect(found.most).toBeLessThanOrEqual(found.room);
      }
});

test('with the cursor scrolled out of view there is room for them everywhere', () => {
  expect(noticeRoom(600, row(900), 'above').room).toBe(600);
  expect(noticeRoom(600, row(-200), 'below').room).toBe(600);
});

test('a match above the prompt is not covered: notices lie between the two, or under both', () => {
  expect(noticeRoom(600, [...row(580), ...row(0)], 'above')).toEqual({
    side: 'above',
    offset: 20,
    room: 560,
    most: 300,
  });
  expect(noticeRoom(600, [...row(100), ...row(20)], 'above')).toEqual({
    side: 'below',
    offset: 0,
    room: 480,
    most: 300,
  });
  expect(noticeRoom(600, [...row(580), ...row(500)], 'above')).toMatchObject({ side: 'above', offset: 0, room: 500 });
  expect(noticeRoom(600, [...row(580), ...row(580)], 'above')).toMatchObject({ side: 'above', offset: 0, room: 580 });
});

test('toasts have what is left, no more than a third of the height, and enough for one', () => {
  expect(toastRoom(600, 500, 350)).toBe(150);
  expect(toastRoom(600, 500, 10)).toBe(200);
  expect(toastRoom(120, 100, 90)).toBe(64);
  expect(toastRoom(60, 40, 40)).toBe(40);
});
