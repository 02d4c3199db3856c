import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import type { TemplateFacts } from './template-conditions';
import { templateConditions } from './template-conditions';

const NOW = '2026-01-01T00:00:00Z';
const template = (spec: object = {}, generation = 1): SessionTemplate => ({
  metadata: { name: 'default', generation },
  spec: sessionTemplateSpecSchema.parse({ image: 'i', warmPool: { size: 2 }, ...spec }),
});
const facts = (of: Partial<TemplateFacts> = {}): TemplateFacts => ({
  policyFailure: null,
  poolFailure: null,
  ready: 2,
  ...of,
});
const verdicts = (of: SessionTemplate, known: TemplateFacts) =>
  Object.fromEntries(
    templateConditions(of, known, NOW).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
const withConditions = (of: SessionTemplate, known: TemplateFacts): SessionTemplate => ({
  ...of,
  status: { conditions: templateConditions(of, known, NOW) },
});
const pullFailure = { reason: 'ImagePullFailed', message: 'no such image', invalid: false };

describe('the conditions of a template', () => {
  it('say that all is well', () => {
    expect(verdicts(template(), facts())).toEqual({
      Accepted: 'True Accepted',
      NetworkPolicyApplied: 'True Applied',
      WarmPoolReady: 'True Full',
    });
  });

  it('say what the API server does not accept', () => {
    const policyFailure = { reason: 'InvalidEgress', message: 'no CIDR', invalid: true };
    expect(verdicts(template(), facts({ policyFailure }))).toEqual({
      Accepted: 'False InvalidEgress',
      NetworkPolicyApplied: 'False InvalidEgress',
      WarmPoolReady: 'False NetworkPolicyNotApplied',
    });
  });

  it('tell which variables are ignored', () => {
    const own = template({ env: ['LANG', 'POD_UID', 'ANTHROPIC_BASE_URL'].map((name) => ({ name, value: 'x' })) });
    const [accepted] = templateConditions(own, facts(), NOW);
    expect(accepted).toMatchObject({ status: 'True', reason: 'VariablesIgnored' });
    expect(accepted?.message).toMatch(/: POD_UID, ANTHROPIC_BASE_URL\.$/);
  });

  it('are the same after a claim, until something keeps the pool from being filled', () => {
    const full = withConditions(template(), facts());
    expect(templateConditions(full, facts({ ready: 0 }), '2026-01-01T01:00:00Z')).toEqual(full.status?.conditions);
    expect(verdicts(full, facts({ ready: 0, poolFailure: pullFailure }))).toMatchObject({
      WarmPoolReady: 'False ImagePullFailed',
    });
  });

  it('say that a pool is being filled which never was full as the template is now', () => {
    const full = withConditions(template(), facts());
    expect(verdicts(template(), facts({ ready: 1 }))['WarmPoolReady']).toBe('False Filling');
    const larger = { ...full, metadata: { ...full.metadata, generation: 2 } };
    expect(verdicts(larger, facts({ ready: 1 }))['WarmPoolReady']).toBe('False Filling');
  });

  it('blame no pool that is not wanted', () => {
    const failed = withConditions(template(), facts({ ready: 0, poolFailure: pullFailure }));
    const none = { ...failed, spec: template({ warmPool: { size: 0 } }).spec };
    expect(verdicts(none, facts({ ready: 0 }))['WarmPoolReady']).toBe('True NoWarmPool');
  });
});
