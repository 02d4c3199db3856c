import type { ClaudeSession } from '@claude-webui/kubernetes-api';
import { visibleName } from '../../visible-name';
import type { FoundSession } from '../backend';

/** What else a session was to start is not in its object. */
const CLAUDE_CODE = { program: null, args: [] };

/** The name of an object's session, as people see it. */
export const sessionName = ({ spec }: ClaudeSession): string => visibleName(spec.displayName ?? '') ?? 'Session';

/** What an object says of its session. Whoever may make objects may have called it, and its owner, anything. */
export function foundSession(object: ClaudeSession): FoundSession {
  const { metadata, spec } = object;
  const ownerName = visibleName(spec.ownerName ?? '');
  return {
    id: metadata.name,
    owner: spec.owner,
    workspace: spec.workspace,
    name: sessionName(object),
    ...(ownerName === null ? {} : { ownerName }),
    launch: { role: spec.role ?? 'user', command: CLAUDE_CODE },
    createdAt: new Date(metadata.creationTimestamp ?? Date.now()).toISOString(),
  };
}
