import { statusPatch, withTransitionTime } from './status-writer';

describe('a status patch', () => {
  it('is nothing when nothing has changed', () => {
    expect(statusPatch({ a: 1, list: [{ b: 2 }] }, { list: [{ b: 2 }], a: 1 })).toBeNull();
  });
  it('has what is new and removes what is not there any more', () => {
    expect(statusPatch({ a: 1, b: 2, c: 3 }, { a: 1, b: 4 })).toEqual({ b: 4, c: null });
  });
});

describe('a condition', () => {
  const before = [
    { type: 'Ready', status: 'False' as const, reason: 'A', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];
  it('keeps its time while its status stays, whatever its reason', () => {
    const after = withTransitionTime(before, { type: 'Ready', status: 'False', reason: 'B', message: 'b' }, 'now');
    expect(after).toMatchObject({ reason: 'B', lastTransitionTime: '2026-01-01T00:00:00Z' });
  });
  it('gets a new time with a new status', () => {
    const after = withTransitionTime(before, { type: 'Ready', status: 'True', reason: 'B', message: 'b' }, 'now');
    expect(after.lastTransitionTime).toBe('now');
  });
});
