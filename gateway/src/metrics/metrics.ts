/** What the gateway tells Prometheus. Every family has its one place here; who observes it calls the member. */
import { performance } from 'node:perf_hooks';
import { COMMAND_SECONDS_BUCKETS, commandGroup } from '@claude-webui/protocol';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds. A keystroke's echo on a LAN is a few milliseconds; above a second people give up. */
const RTT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  // Application and server load.
  readonly activeSessions = new Gauge({
    name: 'app_active_sessions',
    help: 'Live terminal sessions.',
    registers: this.registers,
  });
  readonly sessionBackend = new Gauge({
    name: 'app_session_backend',
    help: 'Where sessions run, always 1: kind="process" or "kubernetes". Alerts know by it that there should be an operator.',
    labelNames: ['kind'] as const,
    registers: this.registers,
  });
  readonly wsConnections = new Gauge({
    name: 'app_ws_connections',
    help: 'Socket.IO connections by state: open; closing: told to go; closed: gone, while their transport has still to end.',
    labelNames: ['state'] as const,
    registers: this.registers,
  });
  readonly wsRefused = new Counter({
    name: 'app_ws_refused_total',
    help: 'Connections that were not taken, by the limit that they were above.',
    labelNames: ['reason'] as const,
    registers: this.registers,
  });
  readonly wsBytesIn = new Counter({
    name: 'app_ws_bytes_in_total',
    help: 'Bytes of terminal traffic from browsers.',
    registers: this.registers,
  });
  readonly wsBytesOut = new Counter({
    name: 'app_ws_bytes_out_total',
    help: 'Bytes of terminal traffic to browsers.',
    registers: this.registers,
  });
  readonly drops = new Counter({
    name: 'app_output_backpressure_drops_total',
    help: 'Times an observer lagged so far that it was given a snapshot in the place of output.',
    registers: this.registers,
  });

  // Latency.
  readonly httpRequests = new Counter({
    name: 'http_requests_total',
    help: 'Answered HTTP requests by route pattern.',
    labelNames: ['route', 'method', 'status'] as const,
    registers: this.registers,
  });
  readonly httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the request to the last byte of its answer; transfers of files and waits for their changes left out.',
    labelNames: ['route', 'method'] as const,
    buckets: HTTP_BUCKETS,
    registers: this.registers,
  });
  readonly wsMessageRtt = new Histogram({
    name: 'app_ws_message_rtt_seconds',
    help: 'Round trip of a message to the browser and back.',
    labelNames: ['channel'] as const,
    buckets: RTT_BUCKETS,
    registers: this.registers,
  });
  private readonly commandLatency = new Histogram({
    name: 'app_command_latency_seconds',
    help: 'Programs and tools of sessions, from start to exit.',
    labelNames: ['command_group'] as const,
    buckets: [...COMMAND_SECONDS_BUCKETS],
    registers: this.registers,
  });

  // Network.
  readonly httpBytes = new Counter({
    name: 'app_http_bytes_total',
    help: 'Bytes of HTTP requests (in) and answers (out), headers included.',
    labelNames: ['direction'] as const,
    registers: this.registers,
  });
  readonly wsMessages = new Counter({
    name: 'app_ws_messages_total',
    help: 'Socket.IO messages both ways by event name.',
    labelNames: ['type'] as const,
    registers: this.registers,
  });

  // Security.
  readonly authFailures = new Counter({
    name: 'auth_failures_total',
    help: 'Refused sign-ins and tokens.',
    labelNames: ['reason'] as const,
    registers: this.registers,
  });

  readonly secretReadFailures = new Counter({
    name: 'secret_read_failures_total',
    help: 'Readings of a secret that failed or found something unusable; the last good value went on.',
    labelNames: ['secret'] as const,
    registers: this.registers,
  });
  readonly secretLastRead = new Gauge({
    name: 'secret_last_read_timestamp_seconds',
    help: 'When a secret was last read and found usable, in seconds since the epoch.',
    labelNames: ['secret'] as const,
    registers: this.registers,
  });

  readonly policyHits = new Counter({
    name: 'policy_hits_total',
    help: 'Control sequences and lines that the command policy has kept back, by its rule.',
    labelNames: ['rule'] as const,
    registers: this.registers,
  });
  readonly policyReloadFailures = new Counter({
    name: 'policy_reload_failures_total',
    help: 'Changed policy files that could not be used; the last good one goes on.',
    registers: this.registers,
  });

  readonly auditFailures = new Counter({
    name: 'audit_write_failures_total',
    help: 'Audit events that could not be written; they are in the log.',
    registers: this.registers,
  });

  readonly backgroundFailures = new Counter({
    name: 'app_background_failures_total',
    help: 'Work that nobody waits for and that failed, by what it was; the rest went on, and the log has the error.',
    labelNames: ['what'] as const,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    let last = performance.eventLoopUtilization();
    new Gauge({
      name: 'nodejs_eventloop_utilization',
      help: 'Share of the time since the last scrape in which the event loop was busy, 0 to 1.',
      registers: this.registers,
      collect() {
        const current = performance.eventLoopUtilization();
        this.set(performance.eventLoopUtilization(current, last).utilization);
        last = current;
      },
    });
  }

  /** One program or tool from start to exit. */
  command(name: string, seconds: number): void {
    this.commandLatency.observe({ command_group: commandGroup(name) }, seconds);
  }
}
