import { newClientId } from './client-id';

const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('every client id is a version 4 UUID and no two are the same', () => {
  const ids = Array.from({ length: 1000 }, newClientId);
  expect(ids.filter((id) => !VERSION_4.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
