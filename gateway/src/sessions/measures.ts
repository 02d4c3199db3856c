/** What runners measure, in this gateway's metrics and audit log. */
import type { RunnerMeasure } from '@claude-webui/protocol';
import type { AuditTrail } from '../audit/audit';
import { GATEWAY } from '../audit/events';
import type { Metrics } from '../metrics/metrics';

export type CountMeasure = (sessionId: string, measure: RunnerMeasure) => void;

/** For runners that are not scraped. */
export function countEveryMeasure(metrics: Metrics, audit: AuditTrail): CountMeasure {
  const countPolicyHit = countPolicyHits(metrics, audit);
  return (sessionId, measure) => {
    if (measure.name === 'command') metrics.command(measure.group, measure.seconds);
    else if (measure.name === 'backpressure-drop') metrics.drops.inc();
    else countPolicyHit(sessionId, measure);
  };
}

/** For runners that Prometheus scrapes: whatever both counted would be twice as much in every sum. */
export function countPolicyHits(metrics: Metrics, audit: AuditTrail): CountMeasure {
  return (sessionId, measure) => {
    if (measure.name !== 'policy-hit') return;
    metrics.policyHits.inc({ rule: measure.rule }, measure.count);
    audit.record({ event: 'policy.refused', ...GATEWAY, sessionId, rule: measure.rule });
  };
}
