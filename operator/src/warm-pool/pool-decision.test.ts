import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { decidePool } from './pool-decision';

const template = (size: number): SessionTemplate => ({
  metadata: { name: 't' },
  spec: sessionTemplateSpecSchema.parse({ image: 'i', warmPool: { size } }),
});
const pod = (name: string, state: 'ready' | 'starting' | 'over', hash = 'now'): Pod => ({
  metadata: { name, labels: { [LABELS.pool]: hash }, creationTimestamp: `2026-01-01T00:00:0${name.slice(-1)}Z` },
  status:
    state === 'over'
      ? { phase: 'Failed' }
      : { phase: 'Running', conditions: [{ type: 'Ready', status: state === 'ready' ? 'True' : 'False' }] },
});
const look = (size: number, pods: Pod[]) => {
  const { create, remove, ready, starting } = decidePool(template(size), 'now', pods);
  return { create, remove: remove.map(({ metadata }) => metadata.name), ready, starting };
};

describe('what a warm pool needs', () => {
  it.each<[string, number, Pod[], ReturnType<typeof look>]>([
    ['an empty pool is filled', 3, [], { create: 3, remove: [], ready: 0, starting: 0 }],
    [
      'pods on their way count',
      3,
      [pod('p1', 'starting'), pod('p2', 'ready')],
      { create: 1, remove: [], ready: 1, starting: 1 },
    ],
    ['a full one stays', 1, [pod('p1', 'ready')], { create: 0, remove: [], ready: 1, starting: 0 }],
    [
      'one that is too large shrinks, first by what is not ready, then by the youngest',
      1,
      [pod('p1', 'ready'), pod('p2', 'ready'), pod('p3', 'starting')],
      { create: 0, remove: ['p2', 'p3'], ready: 1, starting: 0 },
    ],
    [
      'a pod of an older template goes and is replaced',
      1,
      [pod('p1', 'ready', 'before')],
      { create: 1, remove: ['p1'], ready: 0, starting: 0 },
    ],
    [
      'a pod that is over goes and is replaced',
      1,
      [pod('p1', 'over')],
      { create: 1, remove: ['p1'], ready: 0, starting: 0 },
    ],
    ['size 0 empties it', 0, [pod('p1', 'ready')], { create: 0, remove: ['p1'], ready: 0, starting: 0 }],
  ])('%s', (_, size, pods, expected) => {
    expect(look(size, pods)).toEqual(expected);
  });
});
