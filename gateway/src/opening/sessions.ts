/** Sessions, with what they may do and whom they call. */
import { ModelProxy } from '../model-proxy/model-proxy';
import { Policy } from '../policy/policy';
import type { PolicyFileParts } from '../policy/policy-file';
import { PolicyFile } from '../policy/policy-file';
import { ProvenSettings } from '../policy/proven-settings';
import { shareProvenSettings } from '../policy/shared-proven-settings';
import { credentialShape } from '../secrets/shapes';
import type { SessionDirectory } from '../sessions/directory';
import { FormerOwners } from '../sessions/former-owners';
import { MemoryLinks } from '../sessions/link-store';
import { Links } from '../sessions/links';
import { MemoryDirectory } from '../sessions/memory-directory';
import type { OpenedBackend, PlainProgram } from '../sessions/open-backend';
import { openBackend } from '../sessions/open-backend';
import { RedisDirectory } from '../sessions/redis-directory';
import { RedisLinks } from '../sessions/redis-links';
import { Sessions } from '../sessions/sessions';
import type { Ground } from './ground';
import type { People } from './people';

export interface OpenedSessions extends Pick<OpenedBackend, 'isolation' | 'machineNotices'> {
  sessions: Sessions;
  links: Links;
  policy: () => Policy;
}

/** @param endMs for all sessions to end, or to be left */
export async function openSessions(
  ground: Ground,
  people: People,
  plainProgram: PlainProgram | null,
  endMs: number,
): Promise<OpenedSessions> {
  const { config, opened, log, metrics, audit, redis } = ground;
  const { revocations, secrets, authority } = people;
  const directory = redis === null ? new MemoryDirectory() : await RedisDirectory.open(redis, log);
  const linkStore = redis === null ? new MemoryLinks() : await RedisLinks.open(redis, (id) => revocations.has(id), log);
  const links = new Links(linkStore, directory, authority);
  const proxy = await openModelProxy(ground, people, directory);

  metrics.sessionBackend.set({ kind: config.sessions.backend.kind }, 1);
  const { backend, cluster, isolation, machineNotices } = await openBackend(config, plainProgram, secrets, log);
  opened.add('the cluster of sessions', () => cluster?.close());
  const policyFile = openPolicy(config.policyFile, { log, audit, failures: metrics.policyReloadFailures });
  opened.add('the policy file', () => policyFile?.close());
  const policy = () => policyFile?.current ?? Policy.preset;
  const proven = new ProvenSettings();
  if (redis !== null) {
    opened.add('proven settings', await shareProvenSettings(proven, redis, log));
  }
  const modelEnvironment = (sessionId: string) => proxy?.environment(sessionId) ?? {};
  const parts = { directory, backend, cluster, modelEnvironment, policy, proven, metrics, audit, log };
  const sessions = new Sessions(parts);
  // Alone, nobody could find them again.
  const fate = redis === null && cluster === null ? 'end' : 'leave';
  opened.add('the sessions', () => sessions.close(fate), endMs);
  const formerOwners = new FormerOwners({ fate: config.sessions.ofFormerOwners, sessions, authority, audit, log });
  opened.add('the watch over owners', () => formerOwners.close());
  return { sessions, links, policy, isolation, machineNotices };
}

/** Null where there is no key to pay with, and none can come. */
async function openModelProxy(
  { config, opened, log }: Ground,
  { secrets, tokens, authority }: People,
  directory: SessionDirectory,
): Promise<ModelProxy | null> {
  const credential = await secrets.follow('anthropic', credentialShape);
  // A key that there is not may come later, but for one of the environment.
  const mayPay = credential.value !== null || config.secrets.source.kind !== 'environment';
  const options = { ...config.modelProxy, credential: () => credential.value };
  const proxy = mayPay ? new ModelProxy(options, tokens, authority, directory, log) : null;
  await proxy?.listen();
  opened.add('the model proxy', async () => proxy?.close());
  return proxy;
}

function openPolicy(file: string | null, parts: PolicyFileParts): PolicyFile | null {
  return file === null ? null : PolicyFile.open(file, parts);
}
