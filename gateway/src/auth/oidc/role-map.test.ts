import { parseRoleMap, roleOf } from './role-map';

const MAP = parseRoleMap('admins=admin, cn=dev=user ,*=viewer')!;

test('of several groups the highest role counts, wherever it stands in the list', () => {
  expect(roleOf(['cn=dev', 'admins'], MAP)).toBe('admin');
  expect(roleOf(['admins', 'cn=dev'], [...MAP].reverse())).toBe('admin');
});

test("a group's name may hold an equals sign", () => {
  expect(roleOf(['cn=dev'], MAP)).toBe('user');
});

test('the asterisk is for everybody, and without it an unknown group has no role', () => {
  expect(roleOf([], MAP)).toBe('viewer');
  expect(roleOf(['others'], MAP.slice(0, 2))).toBeNull();
});

test('a group that is called * has no more than everybody', () => {
  expect(roleOf(['*'], parseRoleMap('admins=admin')!)).toBeNull();
});

test.each(['admins', 'admins=root', '=admin', 'admins=admin,developers'])('"%s" is no role map', (text) => {
  expect(parseRoleMap(text)).toBeNull();
});
