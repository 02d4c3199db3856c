/** The conditions of a template, computed from what is known of it. Pure. */
import type { Condition, SessionTemplate, TemplateConditionType } from '@claude-webui/kubernetes-api';
import { withTransitionTime } from '../controller/status-writer';
import { ignoredVariables } from '../pod/session-pod';

export interface Failure {
  /** One CamelCase word. */
  reason: string;
  /** A sentence for people. */
  message: string;
  /** The API server does not accept what the template says: it will not, until the template is changed. */
  invalid: boolean;
}

export interface TemplateFacts {
  /** Why the NetworkPolicy of this generation is not in force; null if it is. */
  policyFailure: Failure | null;
  /** Why warm pods do not get ready; null if nothing is known against it. */
  poolFailure: Failure | null;
  /** Warm pods that can be taken. */
  ready: number;
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;
const yes = (reason: string, message: string): Verdict => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });

export function templateConditions(template: SessionTemplate, facts: TemplateFacts, now: string): Condition[] {
  const before = template.status?.conditions;
  const observedGeneration = template.metadata.generation ?? 0;
  const one = (type: TemplateConditionType, says: Verdict) =>
    withTransitionTime(before, { type, ...says, observedGeneration }, now);
  return [
    one('Accepted', accepted(template, facts)),
    one('NetworkPolicyApplied', policyApplied(facts)),
    one('WarmPoolReady', poolReady(template, facts)),
  ];
}

function accepted(template: SessionTemplate, { policyFailure, poolFailure }: TemplateFacts): Verdict {
  for (const failure of [policyFailure, poolFailure])
    if (failure?.invalid === true) return no(failure.reason, failure.message);
  const ignored = ignoredVariables(template.spec);
  if (ignored.length === 0) return yes('Accepted', 'Sessions can be made from the template.');
  const names = ignored.join(', ');
  return yes(
    'VariablesIgnored',
    `The product sets these variables itself; those of the template are ignored: ${names}.`,
  );
}

function policyApplied({ policyFailure }: TemplateFacts): Verdict {
  if (policyFailure !== null) return no(policyFailure.reason, policyFailure.message);
  return yes('Applied', 'The NetworkPolicy of the template is in force.');
}

/** A claim changes nothing: a pool that was full once is ready until something keeps it from being filled again. */
function poolReady(template: SessionTemplate, { policyFailure, poolFailure, ready }: TemplateFacts): Verdict {
  const { size } = template.spec.warmPool;
  if (size === 0) return yes('NoWarmPool', 'Sessions start cold.');
  if (policyFailure !== null)
    return no('NetworkPolicyNotApplied', 'No pod waits while the NetworkPolicy of the template is not in force.');
  if (poolFailure !== null) return no(poolFailure.reason, poolFailure.message);
  const full = yes('Full', 'The warm pool is kept at its size.');
  if (ready >= size) return full;
  const before = template.status?.conditions?.find(({ type }) => type === 'WarmPoolReady');
  if (
    before?.status === 'True' &&
    before.reason === full.reason &&
    before.observedGeneration === template.metadata.generation
  )
    return full;
  return no('Filling', 'The warm pool is being filled.');
}
