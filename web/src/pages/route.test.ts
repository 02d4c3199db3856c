import type { Route } from './route';
import { addressOf, routeOf } from './route';

const ID = '1d0c8a52-2f0c-4f8e-9d34-0d6f6b8a3a11';
const at = (address: string) => routeOf(new URL(address, 'https://host.example'));

test.each<[string, Route]>([
  ['/', { page: 'start' }],
  ['/administration', { page: 'administration' }],
  [`/s/${ID}`, { page: 'session', id: ID }],
  [`/s/${ID}/`, { page: 'session', id: ID }],
  ['/s#secret', { page: 'shared', secret: 'secret' }],
  ['/s/#secret', { page: 'shared', secret: 'secret' }],
  ['/s/a%2Fb', { page: 'session', id: 'a/b' }],
  ['/s/%E0%A4%A', { page: 'session', id: '%E0%A4%A' }],
  ['/something/else', { page: 'start' }],
])('%s is %j', (address, route) => {
  expect(at(address)).toEqual(route);
});

test.each([
  { page: 'start' } as const,
  { page: 'administration' } as const,
  { page: 'session', id: ID } as const,
  { page: 'session', id: 'a/b?c#d' } as const,
])('the address of %j leads back to it', (route) => {
  expect(at(addressOf(route))).toEqual(route);
});
