/** The session directory: which sessions there are, whose, and where. One of the gateway's two seams: memory now, Redis later. */
import type { SessionCommand, SessionInfo } from '@claude-webui/protocol';
import type { UserRole } from '../auth/roles';

/** A session as the gateway keeps it: what everybody may see, and what only gateways may. */
export interface SessionRecord extends SessionInfo {
  /** Where its runner serves: `unix:<socket path>` or `http://host:port`. Null until placed. */
  endpoint: string | null;
  /** Signs this session's runner tokens. */
  attachKey: string;
  /** What the owner is called. */
  ownerName?: string;
  /** What the policy had allowed; without it Claude Code for a user. */
  launch?: Launch;
}

/** What a session starts, and by the policy of which role. */
export interface Launch {
  role: UserRole;
  command: SessionCommand;
}

export interface SessionLimitCounts {
  /** Live sessions on the whole server. */
  total: number;
  perUser: number;
}

export type ClaimResult = 'claimed' | 'sessions-full' | 'sessions-full-user' | 'workspace-busy';

/** Fields that change during a session's life. */
export type SessionPatch = Partial<
  Pick<
    SessionRecord,
    'name' | 'state' | 'progress' | 'activity' | 'attachments' | 'lastActivityAt' | 'endpoint' | 'end'
  >
>;

export interface SessionDirectory {
  /**
   * Adds a session if the limits allow it and its owner has no live session in the same workspace; atomic. The gateway that
   * claims it vouches for it.
   */
  claim(record: SessionRecord, limits: SessionLimitCounts): Promise<ClaimResult>;
  /**
   * Adds a live session that was found though the directory had forgotten it, whatever the limits; this gateway vouches for it.
   * False if the directory knows it.
   */
  restore(record: SessionRecord): Promise<boolean>;
  get(id: string): Promise<SessionRecord | null>;
  /** Newest first; one owner's, or everybody's. Ended sessions stay for a while, so that people learn why they ended. */
  list(owner?: string): Promise<SessionRecord[]>;
  /** Returns the record after the change; null if there is none, or if it is to be ended and has ended already. */
  update(id: string, patch: SessionPatch): Promise<SessionRecord | null>;
  /** Sessions for which no gateway vouches any more. */
  orphans(): Promise<SessionRecord[]>;
  /** Vouches for an orphan from now on; false if another gateway was quicker. */
  adopt(record: SessionRecord): Promise<boolean>;
  /** Vouches for nothing any more; others may adopt it at once. */
  release(): Promise<void>;
  /** Calls back with a session that another gateway has adopted, this one having been away too long. */
  subscribeLost(listener: (id: string) => void): () => void;
  /** Calls back after every claim and update, on every gateway. Returns the unsubscriber. */
  subscribe(listener: (record: SessionRecord) => void): () => void;
  close(): Promise<void>;
}
