/** Names of a kind of object, and its address in the API. */
import type { KubernetesObject } from '../objects';

export interface ResourceType<T extends KubernetesObject> {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  /** Carries `T` to those who use the type; never set. */
  readonly object?: T;
}

export function apiVersionOf({ group, version }: ResourceType<KubernetesObject>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Path of the collection, or of one object in it. @param namespace empty for what is in none, such as nodes */
export function resourcePath(type: ResourceType<KubernetesObject>, namespace: string, name?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const place = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const collection = `${root}${place}/${type.plural}`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}
