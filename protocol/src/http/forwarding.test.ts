import { forwardedAnswerFields, forwardedRequestFields } from './forwarding';

const OF_ONE_CONNECTION = {
  connection: 'keep-alive, X-Hop , close',
  'keep-alive': 'timeout=5',
  'proxy-authenticate': 'Basic',
  'proxy-authorization': 'Basic eDp5',
  'proxy-connection': 'keep-alive',
  te: 'trailers',
  trailer: 'x-sum',
  upgrade: 'h2c',
  'x-hop': 'what Connection names',
};

test('what is for one connection only is not passed on, and neither is what Connection names', () => {
  const kept = { 'content-type': 'text/plain', 'x-hopper': 'no name of it' };
  expect(forwardedRequestFields({ ...OF_ONE_CONNECTION, ...kept }, [])).toEqual(kept);
  expect(forwardedAnswerFields({ ...OF_ONE_CONNECTION, ...kept, 'transfer-encoding': 'chunked' })).toEqual(kept);
});

test('a proxy names fields that are not passed on either', () => {
  const headers = { host: 'here', authorization: 'Bearer x', accept: '*/*' };
  expect(forwardedRequestFields(headers, ['host', 'authorization'])).toEqual({ accept: '*/*' });
  expect(forwardedAnswerFields({ server: 'x', vary: 'y' }, ['server'])).toEqual({ vary: 'y' });
});

test('where the body of a request ends is passed on, even if Connection names it', () => {
  const chunked = { connection: 'transfer-encoding', 'transfer-encoding': 'chunked' };
  expect(forwardedRequestFields(chunked, [])).toEqual({ 'transfer-encoding': 'chunked' });
  const counted = { connection: 'Content-Length', 'content-length': '3' };
  expect(forwardedRequestFields(counted, [])).toEqual({ 'content-length': '3' });
  expect(forwardedAnswerFields(counted)).toEqual({ 'content-length': '3' });
});
