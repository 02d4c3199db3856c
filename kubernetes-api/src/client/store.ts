/**
 * What an informer knows: the objects as last seen, with indexes. Our own writes go in at once (`observe`), so that a
 * decision never rests on a state from before our last write: that is what keeps a controller from making the same
 * pod twice while the watch is behind.
 */
import type { KubernetesObject } from '../objects';

export type Change<T> = (before: T | undefined, after: T | undefined) => void;

/** Resource versions of one resource are ordered numbers; 0 for none. */
export const versionOf = (object: KubernetesObject) => Number(object.metadata.resourceVersion ?? 0);

export class Store<T extends KubernetesObject> {
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<string, Map<string, Map<string, T>>>();
  private readonly listeners: Change<T>[] = [];
  /** How far the watch has come. What is older and not here has been deleted. */
  private watchedVersion = 0;

  /** `keys` says under which values an object is found. */
  constructor(private readonly keys: Record<string, (object: T) => string[]> = {}) {
    for (const name of Object.keys(keys)) this.indexes.set(name, new Map());
  }

  onChange(listener: Change<T>): void {
    this.listeners.push(listener);
  }

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  list(): Iterable<T> {
    return this.objects.values();
  }

  get size(): number {
    return this.objects.size;
  }

  find(index: string, value: string): T[] {
    return [...(this.indexes.get(index)?.get(value)?.values() ?? [])];
  }

  /** How many different values an index has. */
  countValues(index: string): number {
    return this.indexes.get(index)?.size ?? 0;
  }

  /** The answer to a write of ours. Older news than what is known changes nothing. */
  observe(object: T): void {
    const known = this.objects.get(object.metadata.name);
    const floor = known === undefined ? this.watchedVersion : versionOf(known);
    if (versionOf(object) > floor) this.set(object);
  }

  /** An object as a watch event tells of it. */
  watched(object: T, deleted: boolean): void {
    const version = versionOf(object);
    this.watchedVersion = Math.max(this.watchedVersion, version);
    const known = this.objects.get(object.metadata.name);
    // The answer to a deletion of ours has the very version of the event that tells of it.
    if (deleted) {
      if (known !== undefined && versionOf(known) <= version) this.remove(object.metadata.name);
    } else if (known === undefined || versionOf(known) < version) this.set(object);
  }

  bookmark(version: number): void {
    this.watchedVersion = Math.max(this.watchedVersion, version);
  }

  /** A whole list. What we wrote after the list was made stays. */
  replace(objects: T[], version: number): void {
    // A restored etcd counts from an earlier number: then the list is the truth.
    const restored = version < this.watchedVersion;
    this.watchedVersion = version;
    const listed = new Set<string>();
    for (const object of objects) {
      listed.add(object.metadata.name);
      const known = this.objects.get(object.metadata.name);
      if (restored || known === undefined || versionOf(known) < versionOf(object)) this.set(object);
    }
    for (const known of [...this.objects.values()])
      if (!listed.has(known.metadata.name) && (restored || versionOf(known) <= version))
        this.remove(known.metadata.name);
  }

  private set(object: T): void {
    const { name } = object.metadata;
    const before = this.objects.get(name);
    if (before !== undefined) this.unindex(before);
    this.objects.set(name, object);
    for (const [index, values] of this.indexes)
      for (const value of this.keys[index]?.(object) ?? []) {
        const found = values.get(value);
        if (found === undefined) values.set(value, new Map([[name, object]]));
        else found.set(name, object);
      }
    for (const listener of this.listeners) listener(before, object);
  }

  private remove(name: string): void {
    const before = this.objects.get(name);
    if (before === undefined) return;
    this.unindex(before);
    this.objects.delete(name);
    for (const listener of this.listeners) listener(before, undefined);
  }

  private unindex(object: T): void {
    for (const [index, values] of this.indexes)
      for (const value of this.keys[index]?.(object) ?? []) {
        const found = values.get(value);
        found?.delete(object.metadata.name);
        if (found?.size === 0) values.delete(value);
      }
  }
}
