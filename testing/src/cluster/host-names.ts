/** The cluster's host names lead to its node, in this process, without a change to the machine. */
import { execFileSync } from 'node:child_process';
import dns from 'node:dns';

export const HOSTS = ['terminal.test'];

const cluster = process.env['CLUSTER'] ?? 'claude-webui';
const address = execFileSync(
  process.env['KUBECTL'] ?? 'kubectl',
  [
    ...['--context', `kind-${cluster}`, 'get', 'nodes', '--output'],
    'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
  ],
  { encoding: 'utf8' },
).trim();

type Callback = (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void;

const elsewhere = dns.lookup;
const lookup = (name: string, options: { all?: boolean }, callback: Callback): void => {
  if (!HOSTS.includes(name)) elsewhere(name, options as object, callback as never);
  else if (options.all === true) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
};
Object.assign(dns, { lookup });
