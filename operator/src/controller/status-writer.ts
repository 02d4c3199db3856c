/** Writes a status when it differs from the one read, and only if nobody has written the object since. */
import { isDeepStrictEqual } from 'node:util';
import type { Condition, KubernetesObject } from '@claude-webui/kubernetes-api';
import type { ApiClient, ResourceType, Store } from '@claude-webui/kubernetes-api/client';

type Status = object;

/** The merge patch from one status to another: null removes a field. Null when there is nothing to change. */
export function statusPatch(before: Status, after: Status): Record<string, unknown> | null {
  const old = before as Record<string, unknown>;
  const wanted = after as Record<string, unknown>;
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(wanted)]))
    if (!isDeepStrictEqual(old[name], wanted[name])) patch[name] = wanted[name] ?? null;
  return Object.keys(patch).length === 0 ? null : patch;
}

/** The condition, with the time of its last transition kept from before if the status is the same. */
export function withTransitionTime(
  before: Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition {
  const old = before?.find(({ type }) => type === condition.type);
  return { ...condition, lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : now };
}

/** Resolves with whether anything was written. @throws ApiError 409 if the object has changed since it was read. */
export async function writeStatus<T extends KubernetesObject & { status?: Status }>(
  client: ApiClient,
  type: ResourceType<T>,
  store: Store<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<boolean> {
  const patch = statusPatch(object.status ?? {}, status);
  if (patch === null) return false;
  const { name, namespace = '', resourceVersion } = object.metadata;
  store.observe(await client.patch(type, namespace, name, { metadata: { resourceVersion }, status: patch }, '/status'));
  return true;
}
