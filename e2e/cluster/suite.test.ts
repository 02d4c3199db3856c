/** The whole product on a cluster. One file, because all share the cluster, and in this order: what changes the release comes last. */
import { describeUnless } from '@claude-webui/testing/unless';
import { settled } from '@claude-webui/testing/cluster/kubernetes';
import { browserScenario } from './scenarios/browser';
import { confinementScenario } from './scenarios/confinement';
import { earlierReleaseScenario } from './scenarios/earlier-release';
import { edgeScenario } from './scenarios/edge';
import { externalSecretsScenario } from './scenarios/external-secrets';
import { kustomizeScenario } from './scenarios/kustomize';
import { monitoringScenario } from './scenarios/monitoring';
import { releaseScenario } from './scenarios/release';
import { restartsScenario } from './scenarios/restarts';
import { resourcesScenario } from './scenarios/resources';
import { secretsScenario } from './scenarios/secrets';
import { secretsManagerScenario } from './scenarios/secrets-manager';
import { suspendScenario } from './scenarios/suspend';

/** Scenarios of many minutes: what other suites show in part, and what only releases of more than one commit can break. */
const FULL = process.env['E2E'] === 'full' ? null : 'E2E=full runs it';

// hack/kind-up knows that pods are ready, the edge a moment later.
beforeAll(settled);

describe('the edge', edgeScenario);
describe('in a browser', browserScenario);
describe('from inside a session', confinementScenario);
describe('a session that takes too much', resourcesScenario);
describe('restarts', restartsScenario);
describe('suspend and resume', suspendScenario);
describe('secrets', secretsScenario);
describe('External Secrets', externalSecretsScenario);
describeUnless(FULL, 'Secrets Manager', secretsManagerScenario);
describeUnless(FULL, 'monitoring', monitoringScenario);
describe('the release', releaseScenario);
describe('without Helm', kustomizeScenario);
describeUnless(FULL, 'an earlier release', earlierReleaseScenario);
