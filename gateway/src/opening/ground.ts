/** What every part of a gateway stands on: its records, and what it shares with others. */
import { onBackgroundFailure } from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import { Audit } from '../audit/audit';
import { sinkFor } from '../audit/open-sink';
import type { Closing } from '../closing';
import type { Config } from '../config/config';
import type { Logger } from '../log';
import { Metrics } from '../metrics/metrics';
import type { SharedRedis } from '../redis/shared-redis';
import { connectRedis } from '../redis/shared-redis';

export interface Ground {
  config: Config;
  /** Takes what has to be closed. */
  opened: Closing;
  log: Logger;
  metrics: Metrics;
  audit: AuditTrail;
  /** Null for a gateway alone. */
  redis: SharedRedis | null;
}

export async function openGround(config: Config, opened: Closing, log: Logger): Promise<Ground> {
  const metrics = new Metrics();
  const stopListening = onBackgroundFailure((what, error, context) => {
    log.error({ ...context, err: error, what }, 'work in the background failed');
    metrics.backgroundFailures.inc({ what });
  });
  opened.add('the count of background failures', () => Promise.resolve(stopListening()));
  const audit = await Audit.open(sinkFor(config.audit, process.stdout), { log, failures: metrics.auditFailures });
  opened.add('the audit log', () => audit.close());
  const redis = config.redis === null ? null : await connectRedis(config.redis.url, config.redis.prefix, log);
  opened.add('Redis', () => redis?.close());
  return { config, opened, log, metrics, audit, redis };
}
