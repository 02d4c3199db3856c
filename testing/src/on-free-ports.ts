/** Starting a server, for tests and benchmarks, that has to know its port before it listens. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux gives to outgoing connections and to whoever listens on port 0 (32768 and above), and below
 * Kubernetes' NodePorts (30000 and above): so a server can be stopped and started again on the same port.
 */
const FIRST = 10_000;
const LAST = 29_999;
/** Another program has to take a port within milliseconds to make a try fail. */
const TRIES = 5;
/** In turn: the system's words, which most programs print; Node.js; Docker; our gateway; WebKitWebDriver. */
const IN_USE =
  /address (is )?already in use|EADDRINUSE|port is already allocated|Port \d+ is taken|Unable to listen for HTTP server/i;

/**
 * Starts something on `count` ports of the host that are free. Between the look-up and the start another program may take
 * one of them; then it is started again, on other ports.
 * @param start rejects with an error that has in its message what the program printed, and leaves nothing running
 */
export async function onFreePorts<T>(
  count: number,
  start: (...ports: number[]) => Promise<T>,
  host = '127.0.0.1',
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await freePort(host));
    try {
      return await start(...ports);
    } catch (error) {
      if (tries === TRIES || !isInUse(error)) throw error;
    }
  }
}

async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    const probe = createServer().listen(port, host);
    try {
      await once(probe, 'listening');
    } catch (error) {
      if (isInUse(error)) continue;
      throw error;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

const isInUse = (error: unknown) => IN_USE.test(String(error));
