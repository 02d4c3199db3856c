/**
 * The closed list of reasons that travel in `status.reason`, in refused handshakes and in problem documents. Programs
 * compare the codes; people read the sentences, which say what to do.
 */
import type { SessionEndReason, SessionProgressCode } from './session';

export type StatusState = 'opened' | 'closed' | 'error';

/** Code → sentence for people. */
export const STATUS_SENTENCES = {
  // Why a session is over.
  exited: 'Claude Code has ended. Start a new session to go on.',
  terminated: 'This session was ended from the session list or by an administrator.',
  'idle-timeout': 'This session ended because nothing happened in it for its idle time. Start a new one to go on.',
  'detach-timeout': 'This session ended because no browser was connected to it for too long.',
  'server-stopping': 'The server was stopped, and this session with it. Start a new one when the server is back.',
  'cli-not-installed':
    'The Claude Code CLI is not installed on the server. Run "npm install -g @anthropic-ai/claude-code" there, or set CLAUDE_CODE_PATH to its binary.',
  'start-failed': 'The session could not be started. The server log says why.',
  'policy-not-enforced':
    'This session was not started, or was ended, because Claude Code would not have obeyed the rules that are set for it. Tell your administrator.',
  'runner-crashed': 'The program that keeps this session has crashed. Start a new session.',
  'runner-unresponsive':
    'The program that keeps this session did not answer any more, so the session was ended. Start a new one.',
  'suspension-expired':
    'This session was suspended for longer than one may be. Its files are kept: start a new one in the same workspace.',
  'too-many-suspended':
    'You have more suspended sessions than you may (MAX_SUSPENDED_PER_USER), so the oldest was ended. Its files are kept: start a new one in the same workspace.',
  suspended: 'This session is suspended. Its files are kept; open it again to go on.',
  'lifetime-exceeded': 'This session has reached the longest time that one may last. Start a new one to go on.',
  'out-of-memory':
    'This session needed more memory than it may have and was ended. Start a new one, and run less at a time in it.',
  'disk-full': 'This session wrote more to its disk than it may and was ended. Start a new one.',
  'too-many-processes':
    'This session started more processes than it may and was ended. Start a new one, and run less at a time in it.',
  evicted: 'The cluster needed the room of this session and has ended it. Start a new one.',
  preempted: 'The cluster ended this session in favour of more important work. Start a new one.',
  'node-lost': 'The machine on which this session ran was lost. Start a new session.',
  // What a session waits for, or why it was never ready.
  scheduling: 'The cluster looks for a machine for this session.',
  unschedulable:
    'No machine of the cluster has room for this session now. It starts as soon as one has; ending other sessions helps.',
  'pulling-image': 'The machine fetches the image of this session. The first time takes longest.',
  'image-pull-failed':
    'The image of this session cannot be fetched. An administrator has to correct the image or its pull secret in the session template.',
  'starting-container': 'The session is being started.',
  'quota-exceeded':
    'The cluster’s quota for sessions is used up. End a session, or ask an administrator to raise the quota.',
  'template-not-found':
    'The session template that this server is configured for does not exist. An administrator has to create it or correct SESSION_TEMPLATE.',
  'network-policy-missing':
    'No session may start while the network policy of its template is not in force. An administrator has to correct the template.',
  restarting: 'The session had to be started anew. It is back in a moment.',
  resuming: 'The session is being resumed.',
  // Why a connection is over while its session lives on.
  'signed-out': 'You have signed out.',
  'token-expired': 'Your sign-in has expired. Sign in again; the session is still there.',
  draining: 'The server is moving to a new version. You are being reconnected.',
  'runner-unreachable': 'The session cannot be reached right now. You are being reconnected.',
  'share-ended': 'The link you used has expired or was taken back by its owner.',
  'too-much-input': 'More was typed or pasted than the session takes. Wait until it has caught up, then reconnect.',
  'too-many-connections':
    'Too many connections to this session, or of this account, are open. Close some of its tabs, then try again.',
  'too-many-attempts': 'Too many links were tried from this address. Wait ten minutes, then try again.',
  // Why a sign-in elsewhere did not lead here.
  'sign-in-interrupted': 'This sign-in took too long, or another was begun meanwhile. Sign in once more.',
  'provider-refused': 'The sign-in service did not let you in. Try again, or ask your administrator.',
  'provider-unreachable': 'The sign-in service cannot be reached right now. Try again in a moment.',
  'no-role': 'Your account has no role here. Ask your administrator to add you to a group that has one.',
  // Why something was refused.
  unauthorized: 'Sign in first.',
  'origin-refused':
    'This page may not talk to the server. Open the address that the server is configured for (PUBLIC_ORIGIN).',
  forbidden: 'You may not do this with this session.',
  'session-not-found': 'There is no such session. It may have ended.',
  'sessions-full': 'The server runs as many sessions as it may (MAX_SESSIONS). Try again when one has ended.',
  'sessions-full-user': 'You have as many sessions as you may (MAX_SESSIONS_PER_USER). End one first.',
  'workspace-busy': 'Another session works in this workspace. Choose another name, or end that session.',
  'policy-refused': 'The rules of this server do not allow this. Ask your administrator what they do allow.',
  'line-too-long':
    'This line is longer than the rules of this server allow, so the rest of it was not typed. Press Ctrl-C or Ctrl-U to begin anew.',
  'bad-message': 'The server did not understand a message from this page. Reload it.',
  'message-too-large': 'A message from this page is larger than the server takes.',
  'bad-size': 'A terminal is between 1 and 1000 characters wide and high.',
  'not-driver': 'You are watching. Take over to type.',
  'input-gap': 'Some typed characters did not arrive; reconnecting to send them again.',
  'idle-ending': 'Nothing happens in this session. It will end soon; press any key to keep it.',
  'not-ready': 'The server is not ready yet. Try again in a moment.',
} as const;

export type StatusCode = keyof typeof STATUS_SENTENCES;

/** Session end reasons are status codes; the assignment below fails to compile when one has no sentence. */
export const endReasonToStatus: (reason: SessionEndReason) => StatusCode = (reason) => reason;

/** The same for what a session waits for. */
export const progressToStatus: (code: SessionProgressCode) => StatusCode = (code) => code;

/** The seed's `status` event. */
export interface Status {
  state: StatusState;
  reason?: StatusCode;
}
