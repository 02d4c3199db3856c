/**
 * The gateway's error catalogue: a stable code, an HTTP status and a sentence for each. What also happens on sockets has
 * the code and the sentence of the protocol's status list, so that a client explains both the same way.
 */
import type { FileProblemCode, StatusCode } from '@claude-webui/protocol';
import { FILE_PROBLEMS, STATUS_SENTENCES } from '@claude-webui/protocol';

interface CatalogueEntry {
  status: number;
  /** A sentence for people that says what to do. */
  title: string;
}

function shared<K extends StatusCode>(code: K, status: number): Record<K, CatalogueEntry>;
function shared(code: StatusCode, status: number): Partial<Record<StatusCode, CatalogueEntry>> {
  return { [code]: { status, title: STATUS_SENTENCES[code] } };
}

export const ERRORS = {
  ...FILE_PROBLEMS,
  ...shared('unauthorized', 401),
  ...shared('token-expired', 401),
  ...shared('signed-out', 401),
  ...shared('origin-refused', 403),
  ...shared('forbidden', 403),
  ...shared('policy-refused', 403),
  ...shared('session-not-found', 404),
  ...shared('share-ended', 404),
  ...shared('workspace-busy', 409),
  ...shared('sessions-full-user', 409),
  ...shared('runner-unreachable', 502),
  ...shared('sessions-full', 503),
  ...shared('not-ready', 503),
  ...shared('too-many-connections', 429),
  ...shared('too-many-attempts', 429),
  ...shared('sign-in-interrupted', 400),
  ...shared('provider-refused', 401),
  ...shared('no-role', 403),
  ...shared('provider-unreachable', 503),
  'host-refused': {
    status: 403,
    title: 'This server is not known by the name in the address. List the name in ALLOWED_HOSTS or PUBLIC_ORIGIN.',
  },
  'validation-failed': { status: 400, title: 'The request is not what this address takes. The detail says where.' },
  'login-failed': { status: 401, title: 'The user name or the password is wrong.' },
  'password-sign-in-off': { status: 403, title: 'Nobody signs in by password here. Reload the page for the way in.' },
  'password-elsewhere': { status: 403, title: 'Your password is not kept here. Change it where you sign in.' },
  'administrators-only': { status: 403, title: 'Only administrators may do this.' },
  'not-found': { status: 404, title: 'There is nothing at this address.' },
  'share-not-found': { status: 404, title: 'There is no such share link. It may have expired.' },
  'user-not-found': { status: 404, title: 'There is no such user.' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method.' },
  'too-many-shares': { status: 409, title: 'The session has as many share links as it may. Take one back first.' },
  'username-taken': { status: 409, title: 'There is a user of this name already. Choose another name.' },
  'own-account': { status: 409, title: 'You cannot disable yourself. Ask another administrator.' },
  'last-administrator': { status: 409, title: 'This is the last administrator. Add another first.' },
  'users-kept-elsewhere': { status: 409, title: 'Users cannot be changed here.' },
  'session-starting': { status: 409, title: 'The session is still starting. Try again when it has started.' },
  'session-suspended': { status: 409, title: 'This session is suspended. Open it, then try again.' },
  'session-over': {
    status: 410,
    title: 'This session is over. If the server keeps workspaces, start a session in the same one to go on.',
  },
  'payload-too-large': { status: 413, title: 'The request is larger than the server takes.' },
  'unsupported-media-type': { status: 415, title: 'The body must be sent as application/json.' },
  'too-many-requests': { status: 429, title: 'Too many requests. Wait as long as Retry-After says, then try again.' },
  'too-many-logins': {
    status: 429,
    title: 'Too many failed sign-ins. Wait as long as Retry-After says, then try again.',
  },
  internal: { status: 500, title: 'Something went wrong on the server. Its log has more under the request id.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** What a request or a handshake is refused with. */
export class AppError extends Error {
  override readonly name = 'AppError';
  /** HTTP status. */
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    /** More for the person who asked; never a secret. */
    readonly detail?: string,
    /** When trying again makes sense, in whole seconds from now. */
    readonly retryAfterSeconds?: number,
  ) {
    super(detail ?? ERRORS[code].title);
    this.status = ERRORS[code].status;
  }
}

/** The command policy does not allow it. */
export class PolicyRefusal extends AppError {
  constructor(
    /** Which of its rules. */
    readonly rule: string,
    detail: string,
  ) {
    super('policy-refused', detail);
  }
}

/** Whether a runner may refuse something with it. */
export function isFileProblem(code: string): code is FileProblemCode {
  return Object.hasOwn(FILE_PROBLEMS, code);
}

/** Reads well after `throw`. */
export function problem(code: ErrorCode, detail?: string, retryAfterSeconds?: number): AppError {
  return new AppError(code, detail, retryAfterSeconds);
}
