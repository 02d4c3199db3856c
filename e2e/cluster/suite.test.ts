/** The whole product on a cluster. One file, because all share the cluster, and in this order: what changes the release comes last. */
import { browserScenario } from './scenarios/browser';
import { confinementScenario } from './scenarios/confinement';
import { edgeScenario } from './scenarios/edge';
import { externalSecretsScenario } from './scenarios/external-secrets';
import { monitoringScenario } from './scenarios/monitoring';
import { releaseScenario } from './scenarios/release';
import { restartsScenario } from './scenarios/restarts';
import { resourcesScenario } from './scenarios/resources';
import { secretsScenario } from './scenarios/secrets';
import { suspendScenario } from './scenarios/suspend';

describe('the edge', edgeScenario);
describe('in a browser', browserScenario);
describe('from inside a session', confinementScenario);
describe('a session that takes too much', resourcesScenario);
describe('restarts', restartsScenario);
describe('suspend and resume', suspendScenario);
describe('secrets', secretsScenario);
describe('External Secrets', externalSecretsScenario);
describe('monitoring', monitoringScenario);
describe('the release', releaseScenario);
