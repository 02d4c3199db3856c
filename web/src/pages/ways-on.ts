import type { SessionInfo } from '@claude-webui/protocol';
import type { User } from '../api/account';

/**
 * How a person can go on after the end of a session: not at all, by a new session elsewhere, or in the same workspace, whose
 * files and conversation are kept.
 */
export function waysOn(session: SessionInfo, user: User): 'none' | 'new' | 'workspace' {
  if (session.owner !== user.id || user.role === 'viewer') return 'none';
  return session.workspaceKept === true ? 'workspace' : 'new';
}
