import { randomBytes, randomUUID } from 'node:crypto';
import type { SessionRecord } from '../sessions/directory';

/** A session that is ready, as the directory would keep it. */
export function readyRecord(endpoint: string | null): SessionRecord {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    name: 'Session 1',
    owner: 'alice',
    workspace: 'main',
    state: 'ready',
    activity: 'done',
    attachments: 0,
    createdAt: now,
    lastActivityAt: now,
    endpoint,
    attachKey: randomBytes(32).toString('base64url'),
  };
}
