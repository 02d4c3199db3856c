/** Which places a gateway may open connections to as to a session-runner. Whoever can write to Redis must not send it elsewhere. */
import { BlockList, isIP } from 'node:net';
import { basename, isAbsolute, normalize } from 'node:path';

/** Nothing of a cluster: this machine, the cloud's metadata service and other neighbours of the link, everybody at once. */
const NO_PODS = new BlockList();
NO_PODS.addSubnet('0.0.0.0', 8, 'ipv4');
NO_PODS.addSubnet('127.0.0.0', 8, 'ipv4');
NO_PODS.addSubnet('169.254.0.0', 16, 'ipv4');
NO_PODS.addSubnet('224.0.0.0', 3, 'ipv4');
NO_PODS.addAddress('::', 'ipv6');
NO_PODS.addAddress('::1', 'ipv6');
NO_PODS.addSubnet('fe80::', 10, 'ipv6');
NO_PODS.addSubnet('ff00::', 8, 'ipv6');

const RUNNER_PORT = '7681';

/** `unix:` and the absolute path of a socket that is named after its session, or `http://IP:7681` of a pod. */
export function isRunnerEndpoint(endpoint: string, sessionId: string): boolean {
  if (endpoint.startsWith('unix:')) {
    const path = endpoint.slice('unix:'.length);
    // ws takes what comes after a colon for the path of the request.
    return (
      isAbsolute(path) && normalize(path) === path && !path.includes(':') && basename(path) === `${sessionId}.sock`
    );
  }
  return isPodEndpoint(endpoint) && endpoint.endsWith(`:${RUNNER_PORT}`);
}

/** `http://IP:port`, of an address that a pod may have. */
export function isPodEndpoint(endpoint: string): boolean {
  const [, bracketed, plain] = /^http:\/\/(?:\[([0-9a-f:.]+)\]|([0-9.]+)):\d{1,5}$/.exec(endpoint) ?? [];
  const address = bracketed ?? plain ?? '';
  const family = isIP(address);
  if (family === 0 || (family === 6) !== (bracketed !== undefined)) return false;
  return !NO_PODS.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
