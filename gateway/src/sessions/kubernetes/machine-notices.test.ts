import type { Notice } from '@claude-webui/protocol';
import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { MachineNotices } from './machine-notices';

/** The objects of a cluster, changed by hand. */
function cluster() {
  const objects = new Map<string, ClaudeSession>();
  const listeners = new Set<(name: string) => void>();
  return {
    get: (name: string) => objects.get(name),
    all: () => [...objects.values()],
    subscribe: (listener: (name: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put: (podUID: string, lastTransitionTime: string | null) => {
      const condition = {
        type: 'NodeDraining',
        status: 'True',
        reason: 'NodeCordoned',
        message: 'Emptied.',
        lastTransitionTime: lastTransitionTime ?? '',
      } as const;
      objects.set('s', {
        metadata: { name: 's' },
        spec: { owner: 'ada', displayName: 'Build' } as ClaudeSession['spec'],
        status: { phase: 'Attached', podUID, conditions: lastTransitionTime === null ? [] : [condition] },
      });
      for (const listener of listeners) listener('s');
    },
  };
}

test('the owner is told once of each machine that is being emptied', () => {
  const told: Notice[] = [];
  const objects = cluster();
  const notices = new MachineNotices(objects, (owner, notice) => {
    expect(owner).toBe('ada');
    told.push(notice);
  });
  objects.put('a', null);
  expect(told).toEqual([]);
  objects.put('a', 'noon');
  objects.put('a', 'noon');
  expect(told).toEqual([{ id: 'a/noon', text: 'Build: Emptied.', from: 'Cluster', at: 'noon' }]);
  objects.put('b', 'noon');
  expect(told).toHaveLength(2);
  // Let alone, and cordoned again.
  objects.put('b', null);
  objects.put('b', 'one');
  expect(told.map(({ id }) => id)).toEqual(['a/noon', 'b/noon', 'b/one']);
  notices.close();
  objects.put('c', 'one');
  expect(told).toHaveLength(3);
});

test('who comes later is told as long as it holds, and by every gateway the same', () => {
  const objects = cluster();
  objects.put('a', 'noon');
  const told: Notice[] = [];
  const notices = new MachineNotices(objects, (_, notice) => told.push(notice));
  expect(told).toHaveLength(1);
  expect(notices.of('ada')).toEqual(told);
  expect(new MachineNotices(objects, () => undefined).of('ada')).toEqual(told);
  expect(notices.of('eve')).toEqual([]);
  objects.put('a', null);
  expect(notices.of('ada')).toEqual([]);
  notices.close();
});
