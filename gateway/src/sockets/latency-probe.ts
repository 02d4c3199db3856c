import type { Metrics } from '../metrics/metrics';
import type { ClientSocket } from './types';

const PROBE_INTERVAL_MS = 10_000;
const PROBE_TIMEOUT_MS = 5_000;

/** Answers a client that wants to know whether its connection is alive. */
export function answerProbes(socket: ClientSocket): void {
  socket.on('probe', (answer) => {
    // What its type says is only what clients of ours send.
    if (typeof answer === 'function') answer();
  });
}

/** Measures the way to a browser and back, and tells it with the next probe. Lost probes are not repeated. */
export function probeLatency(socket: ClientSocket, metrics: Metrics): void {
  let rttMs: number | null = null;
  const probe = () => {
    const sentAt = performance.now();
    socket.timeout(PROBE_TIMEOUT_MS).volatile.emit('latency', { rttMs }, (error: Error | null) => {
      if (error !== null) return;
      const isFirst = rttMs === null;
      rttMs = performance.now() - sentAt;
      metrics.wsMessageRtt.observe({ channel: 'latency' }, rttMs / 1000);
      // The browser learns of it only by the next one, and should not show nothing for so long.
      if (isFirst) probe();
    });
  };
  probe();
  const timer = setInterval(probe, PROBE_INTERVAL_MS);
  socket.once('disconnect', () => clearInterval(timer));
}
