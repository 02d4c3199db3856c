import type { Connection, Target } from '../peer';
import { Terminal } from '../terminal';
import { OurTerminal } from './our-terminal';
import { SessionApi } from './session-api';

export interface OwnConnection extends Connection {
  client: OurTerminal;
}

/**
 * A new session of ours with our client attached; closing it ends the session.
 * @param via where to connect, if not at the gateway's own port
 */
export async function connectOwn(target: Target, via: Target = target): Promise<OwnConnection> {
  const api = new SessionApi(target);
  const id = await api.create();
  const client = await OurTerminal.open(via, id);
  return {
    client,
    write: (data) => client.write(data),
    onData: (listener) => client.onData(listener),
    close: () => {
      client.detach();
      return api.end(id);
    },
  };
}

/** The same once the workload has spoken. */
export async function openOwnTerminal(target: Target): Promise<Terminal> {
  const terminal = new Terminal(await connectOwn(target));
  await terminal.says('READY\n');
  return terminal;
}
