import type { Metrics } from '../metrics/metrics';

/** Open; told to go; or gone as far as Socket.IO knows, while its transport has still to end. */
type State = 'open' | 'closing' | 'closed';

/** Where a connection stands, and with it one of those that `app_ws_connections` counts. */
export class ConnectionState {
  private state: State | null = null;

  constructor(private readonly metrics: Pick<Metrics, 'wsConnections'>) {}

  /** States only follow each other. Null: nothing is left of it. */
  become(state: State | null): void {
    if (this.state === state || (this.state === 'closed' && state === 'closing')) return;
    if (this.state !== null) this.metrics.wsConnections.dec({ state: this.state });
    if (state !== null) this.metrics.wsConnections.inc({ state });
    this.state = state;
  }
}
