import type { KubernetesObject } from '@claude-webui/kubernetes-api';
import type { Store } from '@claude-webui/kubernetes-api/client';

const TIMEOUT_MS = 60_000;

/** Resolves with the first object of the store, now or at a change, for which the predicate holds. */
export function seen<T extends KubernetesObject>(
  store: Store<T>,
  what: string,
  holds: (object: T) => boolean,
): Promise<T> {
  const now = [...store.list()].find(holds);
  if (now !== undefined) return Promise.resolve(now);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const state = JSON.stringify([...store.list()].map(({ metadata, ...rest }) => [metadata.name, rest])).slice(
        0,
        4000,
      );
      reject(new Error(`not seen within ${TIMEOUT_MS} ms: ${what}. There is: ${state}`));
    }, TIMEOUT_MS);
    store.onChange((_, after) => {
      if (after === undefined || !holds(after)) return;
      clearTimeout(timer);
      resolve(after);
    });
  });
}

/** Resolves once the store holds something of which the whole is true. */
export function settled<T extends KubernetesObject>(
  store: Store<T>,
  what: string,
  holds: () => boolean,
): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const state = [...store.list()].map(({ metadata }) => metadata.name).join(' ');
      reject(new Error(`not settled within ${TIMEOUT_MS} ms: ${what}. There is: ${state.slice(0, 2000)}`));
    }, TIMEOUT_MS);
    store.onChange(() => {
      if (!holds()) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
