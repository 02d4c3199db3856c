import type { ClaudeSession } from '@claude-webui/protocol/kubernetes';
import type { MachineNotice } from './machine-notices';
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
    put: (podUID: string, isDraining: boolean) => {
      const condition = {
        type: 'NodeDraining',
        status: 'True',
        reason: 'NodeCordoned',
        message: 'Emptied.',
        lastTransitionTime: '',
      } as const;
      objects.set('s', {
        metadata: { name: 's' },
        spec: { owner: 'ada', displayName: 'Build' } as ClaudeSession['spec'],
        status: { phase: 'Attached', podUID, conditions: isDraining ? [condition] : [] },
      });
      for (const listener of listeners) listener('s');
    },
  };
}

test('the owner is told once of each machine that is being emptied', () => {
  const told: MachineNotice[] = [];
  const objects = cluster();
  const notices = new MachineNotices(objects, (notice) => told.push(notice));
  objects.put('a', false);
  expect(told).toEqual([]);
  objects.put('a', true);
  objects.put('a', true);
  expect(told).toEqual([{ owner: 'ada', text: 'Build: Emptied.' }]);
  objects.put('b', true);
  expect(told).toHaveLength(2);
  // Let alone, and cordoned again.
  objects.put('b', false);
  objects.put('b', true);
  expect(told).toHaveLength(3);
  notices.close();
  objects.put('c', true);
  expect(told).toHaveLength(3);
});

test('a gateway that starts while a machine is being emptied tells of it, too', () => {
  const told: MachineNotice[] = [];
  const objects = cluster();
  objects.put('a', true);
  new MachineNotices(objects, (notice) => told.push(notice)).close();
  expect(told).toHaveLength(1);
});
