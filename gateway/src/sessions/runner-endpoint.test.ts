import { isRunnerEndpoint } from './runner-endpoint';

const ID = '1f0e9b0a-7c1e-4a55-9d0c-3f2b6f1f2f10';

test.each([`unix:/tmp/claude-webui-1000/${ID}.sock`, 'http://10.244.1.17:7681', 'http://[fd00:10:244::17]:7681'])(
  '%s is a runner’s',
  (endpoint) => expect(isRunnerEndpoint(endpoint, ID)).toBe(true),
);

test.each([
  ['another session’s socket', 'unix:/tmp/claude-webui-1000/2f0e9b0a-7c1e-4a55-9d0c-3f2b6f1f2f10.sock'],
  ['a socket that is none of a session', 'unix:/var/run/docker.sock'],
  ['a way out of the directory', `unix:/tmp/../var/run/${ID}.sock`],
  ['a path with a request in it', `unix:/var/run/docker.sock:/containers/${ID}.sock`],
  ['a relative path', `unix:${ID}.sock`],
  ['the cloud’s metadata', 'http://169.254.169.254:7681'],
  ['the metadata in IPv6 clothes', 'http://[::ffff:169.254.169.254]:7681'],
  ['this machine', 'http://127.0.0.1:7681'],
  ['this machine by IPv6', 'http://[::1]:7681'],
  ['this machine by no address', 'http://0.0.0.0:7681'],
  ['another port', 'http://10.244.1.17:6443'],
  ['no port', 'http://10.244.1.17'],
  ['a name', 'http://kubernetes.default.svc:7681'],
  ['a name that begins like an address', 'http://10.244.1.17.example.org:7681'],
  ['an address as one number', 'http://2852039166:7681'],
  ['a path', 'http://10.244.1.17:7681/api'],
  ['a user', 'http://x@10.244.1.17:7681'],
  ['another protocol', 'https://10.244.1.17:7681'],
  ['a file', 'file:///etc/passwd'],
  ['nothing', ''],
])('%s is not', (_what, endpoint) => expect(isRunnerEndpoint(endpoint, ID)).toBe(false));
