import type { SessionTemplate } from '@claude-webui/kubernetes-api';
import { LABELS, sessionTemplateSpecSchema } from '@claude-webui/kubernetes-api';
import type { Pod } from '@claude-webui/kubernetes-api/client';
import { byAge, decidePool } from './pool-decision';

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
const namesOf = (pods: Pod[]) => pods.map(({ metadata }) => metadata.name);
const deleted = (one: Pod): Pod => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:01:00Z' },
});
const look = (size: number, pods: Pod[]) => {
  const { create, remove, ready, starting } = decidePool(template(size), 'now', pods);
  return { create, remove: namesOf(remove), ready, starting };
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
    [
      'the one to stay is found wherever it stands in the list',
      1,
      [pod('p4', 'starting'), pod('p3', 'ready'), pod('p1', 'starting'), pod('p2', 'ready')],
      { create: 0, remove: ['p3', 'p1', 'p4'], ready: 1, starting: 0 },
    ],
    [
      'a pod that is deleted already is no member, and is not deleted once more',
      2,
      [
        deleted(pod('p1', 'ready')),
        deleted(pod('p2', 'ready', 'before')),
        deleted(pod('p3', 'over')),
        pod('p4', 'ready'),
      ],
      { create: 1, remove: [], ready: 1, starting: 0 },
    ],
    [
      'an old one that is over goes once',
      1,
      [pod('p1', 'over', 'before')],
      { create: 1, remove: ['p1'], ready: 0, starting: 0 },
    ],
    ['size 0 empties it', 0, [pod('p1', 'ready')], { create: 0, remove: ['p1'], ready: 0, starting: 0 }],
  ])('%s', (_, size, pods, expected) => {
    expect(look(size, pods)).toEqual(expected);
  });

  it('a pod whose labels are gone is of no template', () => {
    const bare = pod('p1', 'ready');
    delete bare.metadata.labels;
    expect(look(1, [bare])).toEqual({ create: 1, remove: ['p1'], ready: 0, starting: 0 });
  });

  it('says how many ended while they waited: they would do so again', () => {
    const pods = [pod('p1', 'over'), pod('p2', 'ready'), pod('p3', 'over'), deleted(pod('p4', 'over'))];
    expect(decidePool(template(3), 'now', pods).failed).toBe(2);
  });
});

test('who waits gets the oldest', () => {
  const pods = [pod('p2', 'ready'), pod('p3', 'ready'), pod('p1', 'ready')];
  expect(namesOf(pods.sort(byAge))).toEqual(['p1', 'p2', 'p3']);
});
