import { originAllowed, requestedHost } from './origin';

test.each([
  ['no origin', undefined, 'a.example', true],
  ['the same host', 'https://a.example', 'a.example', true],
  ['the same host and port', 'http://localhost:3001', 'localhost:3001', true],
  ['a host in capitals', 'https://a.example', 'A.Example', true],
  ['a listed origin', 'https://listed.example', 'a.example', true],
  ['another host', 'https://evil.example', 'a.example', false],
  ['another port', 'http://localhost:3002', 'localhost:3001', false],
  ['a listed host by another scheme', 'http://listed.example', 'a.example', false],
  ['a host that only begins alike', 'https://a.example.evil.example', 'a.example', false],
  ['a sandboxed page', 'null', 'a.example', false],
  ['no host', 'https://a.example', undefined, false],
])('%s: %s at %s is allowed: %s', (_name, origin, host, allowed) => {
  expect(originAllowed(origin, host, ['https://listed.example'])).toBe(allowed);
});

test('a forwarded host counts only behind a trusted proxy', () => {
  const headers = { host: 'inner:3001', 'x-forwarded-host': 'outer.example, middle.example' };
  expect(requestedHost(headers, 0)).toBe('inner:3001');
  expect(requestedHost(headers, 1)).toBe('outer.example');
  expect(requestedHost({ host: 'inner:3001' }, 1)).toBe('inner:3001');
});
