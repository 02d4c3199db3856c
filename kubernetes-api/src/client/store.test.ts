import type { KubernetesObject } from '../objects';
import { Store } from './store';

const object = (name: string, version: number, labels: Record<string, string> = {}): KubernetesObject => ({
  metadata: { name, resourceVersion: String(version), labels },
});
const names = (store: Store<KubernetesObject>) => [...store.list()].map(({ metadata }) => metadata.name).sort();

describe('the store', () => {
  let store: Store<KubernetesObject>;
  let changes: string[];
  beforeEach(() => {
    store = new Store({ colour: ({ metadata }) => Object.values(metadata.labels ?? {}) });
    changes = [];
    store.onChange((before, after) =>
      changes.push(`${before?.metadata.resourceVersion ?? '-'}>${after?.metadata.resourceVersion ?? '-'}`),
    );
  });

  it('ignores news that is older than what it has', () => {
    store.watched(object('a', 5), false);
    store.watched(object('a', 4), false);
    store.observe(object('a', 3));
    store.observe(object('a', 6));
    expect(changes).toEqual(['->5', '5>6']);
  });

  it('keeps what we made after the list was read: no pod is made twice for a slow list', () => {
    store.observe(object('made', 12));
    store.replace([object('a', 9)], 10);
    expect(names(store)).toEqual(['a', 'made']);
    store.replace([object('a', 9)], 13);
    expect(names(store)).toEqual(['a']);
  });

  it('does not bring back an object whose deletion the watch has told already', () => {
    store.watched(object('a', 5), false);
    store.watched(object('a', 8), true);
    store.observe(object('a', 6));
    expect(names(store)).toEqual([]);
  });

  it('lets go of an object when the answer to its deletion came before the event', () => {
    store.watched(object('a', 5), false);
    store.observe(object('a', 8));
    store.watched(object('a', 8), true);
    expect(names(store)).toEqual([]);
  });

  it('takes a list as it is when the server counts from an earlier number again', () => {
    store.replace([object('a', 90), object('b', 91)], 100);
    store.replace([object('a', 20)], 30);
    expect([...store.list()]).toEqual([object('a', 20)]);
  });

  it('finds by index, and not any more after a change', () => {
    store.watched(object('a', 1, { x: 'red' }), false);
    store.watched(object('b', 2, { x: 'red' }), false);
    expect(store.find('colour', 'red')).toHaveLength(2);
    store.watched(object('a', 3, { x: 'blue' }), false);
    store.watched(object('b', 4, { x: 'red' }), true);
    expect(store.find('colour', 'red')).toEqual([]);
    expect(store.countValues('colour')).toBe(1);
  });
});
