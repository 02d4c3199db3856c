import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { foundSession } from './found-session';

function found(names: Pick<ClaudeSession['spec'], 'displayName' | 'ownerName'>) {
  const spec = { owner: 'alice', workspace: 'main', ...names } as ClaudeSession['spec'];
  return foundSession({ metadata: { name: 'a' }, spec });
}

test('names of an object that somebody else has made can be read', () => {
  expect(found({ displayName: 'Fix\u001b[2J\u202e it', ownerName: 'Al\u200bice' })).toMatchObject({
    name: 'Fix[2J it',
    ownerName: 'Alice',
  });
});

test('without a name that can be read a session is called Session, and its owner nothing', () => {
  const { name, ownerName } = found({ displayName: '\u3164', ownerName: '\n' });
  expect([name, ownerName]).toEqual(['Session', undefined]);
});
