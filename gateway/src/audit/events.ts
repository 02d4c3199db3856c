/** What is audited: each event's name, outcome and fields. docs/AUDIT.md and docs/audit-event.schema.json are held against it. */
import * as z from 'zod';
import { USER_ROLES } from '../auth/roles';

/** Characters of one string; longer ones are cut. No name, code or path that means something is longer. */
export const MAX_TEXT_LENGTH = 256;

const text = z.string().max(MAX_TEXT_LENGTH);
const count = z.int().min(0);

const actor = z.strictObject({
  kind: z
    .enum(['person', 'link', 'gateway', 'unknown'])
    .describe('Who has signed in, who holds a share link, the server itself, or who has not shown who they are.'),
  id: text.optional().describe('User id, or id of the share link.'),
  name: text.optional().describe('User name; of a failed sign-in only if there is such a user.'),
  role: z.enum(USER_ROLES).optional(),
  address: text.optional().describe('Address of the client, as TRUST_PROXY lets it be known.'),
});

const about = {
  actor,
  requestId: text.optional().describe('The X-Request-Id of the HTTP request.'),
  sessionId: text.optional(),
  repeats: count.optional().describe('How many like it the line stands for; without it, one.'),
};

interface Kind<S extends z.ZodRawShape> {
  outcome: 'success' | 'failure';
  help: string;
  fields: S;
  /** Anybody can cause it as often as they like, so that its repetitions are told in one line. */
  repeats: boolean;
}

const success = <S extends z.ZodRawShape>(help: string, fields: S): Kind<S> => ({
  outcome: 'success',
  help,
  fields,
  repeats: false,
});

const failure = <S extends z.ZodRawShape>(help: string, fields: S): Kind<S> => ({
  ...success(help, fields),
  outcome: 'failure',
});

const repeatable = <S extends z.ZodRawShape>(kind: Kind<S>): Kind<S> => ({ ...kind, repeats: true });

const reason = text.describe('A code of the error catalogue or of the status list.');
const method = z.enum(['password', 'oidc']);
const userId = text.describe('Id of the user whom it concerns.');
const username = text.describe('Name of the user whom it concerns.');
const shareId = text.describe('Id of the share link.');
const path = text.describe('Path in the workspace, URL-encoded.');
const bytes = count.describe('How many bytes.');

export const AUDIT_EVENTS = {
  'audit.opened': success('A writer begins. Its line follows the last one in the file, if there is one.', {
    torn: z.boolean().describe('Half a line was found before it: its writer was killed while it wrote.'),
  }),
  'audit.lost': failure('Events could not be written. They are in the log of the server.', { lost: count }),
  'audit.closed': success("The writer ends in order; nothing of its follows. Its hash is the chain's head.", {}),

  'auth.signed-in': success('Somebody signed in.', { method }),
  'auth.sign-in-failed': failure('A sign-in did not succeed.', { method, reason }),
  'auth.backed-off': repeatable(failure('A sign-in was refused unseen, after too many failures.', { reason })),
  'auth.signed-out': success('Somebody signed out; the tokens of that sign-in are revoked.', {}),
  'auth.password-changed': success('Somebody changed their own password; their other sign-ins are over.', {}),
  'auth.token-refused': repeatable(failure('A token was presented that is not, or no longer, good.', { reason })),
  'auth.keys-changed': success('The keys that sign tokens have changed.', {
    active: text.describe('Id of the key that signs from now on.'),
    withdrawn: z.array(text).max(64).describe('Ids of keys that verify no more.'),
  }),

  'access.refused': repeatable(
    failure('Something was asked for that is not allowed, or not this person’s.', { reason }),
  ),
  'policy.refused': repeatable(
    failure('The command policy refused something.', { rule: text.describe('Which rule of the policy.') }),
  ),
  'policy.reloaded': success('A changed policy file is in force.', { hash: text.describe('SHA-256 of the file.') }),
  'policy.reload-failed': failure('A changed policy file is not in force, for it is wrong.', { reason }),

  'session.created': success('Somebody began a session.', { workspace: text }),
  'session.attached': success('A browser was attached to a session.', { mode: z.enum(['drive', 'view']) }),
  'session.taken-over': repeatable(success('Somebody who watched types from now on.', {})),
  'session.detached': success('A browser is no longer attached.', {
    reason: text.describe('A code of the status list, or `left`: the client went.'),
  }),
  'session.ended': success('A session is over.', {
    owner: text.describe('User id.'),
    reason,
    exitCode: z.int().nullable(),
  }),
  'session.owner-lost': success('A session was ended or suspended because its owner may have none any more.', {
    owner: text.describe('User id.'),
    fate: z.enum(['end', 'suspend']),
  }),

  'share.made': success('A link for watching a session was made.', {
    shareId,
    expiresAt: text.describe('ISO 8601.'),
  }),
  'share.used': success('Somebody came with a share link; the actor has its id.', {}),
  'share.revoked': success('A share link was taken back.', { shareId }),

  'file.listed': repeatable(success('The list of a folder was sent.', { path })),
  'file.download-started': success('A file, or a folder as an archive, begins to be sent.', { path }),
  'file.downloaded': success('It has been sent to its end.', { path, bytes }),
  'file.download-cut': failure('It was broken off; so many bytes had been sent.', { path, bytes }),
  'file.uploaded': success('A file was written.', { path, bytes }),
  'file.moved': success('A file or folder was renamed or moved.', { path, to: path }),
  'file.deleted': success('A file, or a folder with all in it, was deleted.', { path }),
  'file.folder-made': success('A folder was made.', { path }),

  'admin.user-added': success('An administrator added a user.', { userId, username, role: z.enum(USER_ROLES) }),
  'admin.user-disabled': success('An administrator disabled a user.', { userId, username }),
  'admin.user-enabled': success('An administrator let a disabled user in again.', { userId, username }),
  'admin.password-reset': success('An administrator gave a user a new password.', { userId, username }),
  'admin.session-ended': success("An administrator ended somebody else's session.", {
    owner: text.describe('User id.'),
  }),
  'admin.notice-sent': success('An administrator sent a notice to everybody.', { noticeId: text }),
};

export type AuditEventName = keyof typeof AUDIT_EVENTS;
export type Actor = z.infer<typeof actor>;

/** Who did it, and in which request and session. */
export interface AuditContext {
  actor: Actor;
  requestId?: string;
  sessionId?: string;
  repeats?: number;
}

type ShapeOf<E extends AuditEventName> = (typeof AUDIT_EVENTS)[E]['fields'];
/** Zod's type of an object without fields would forbid the context's. */
type FieldsOf<E extends AuditEventName> = keyof ShapeOf<E> extends never ? unknown : z.infer<z.ZodObject<ShapeOf<E>>>;

/** An event as the place that knows of it tells it. Strings from outside may be of any length. */
export type AuditEvent = { [E in AuditEventName]: AuditContext & { event: E } & FieldsOf<E> }[AuditEventName];

/** What the server does by itself. */
export const GATEWAY: AuditContext = { actor: { kind: 'gateway' } };

/** The same event with no string longer than MAX_TEXT_LENGTH. */
export function bounded(event: AuditEvent): AuditEvent {
  return JSON.parse(JSON.stringify(event), (_name, value: unknown) => {
    const isLong = typeof value === 'string' && value.length > MAX_TEXT_LENGTH;
    return isLong ? `${value.slice(0, MAX_TEXT_LENGTH - 1)}…` : value;
  }) as AuditEvent;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** How a line belongs to its chain. */
export const chainFields = {
  writer: z.uuid().describe('Made up at each start of a server.'),
  seq: count.describe("Number of the line among its writer's, from 0."),
  prev: hash.describe('Hash of the line before; zeros where there is none.'),
  hash: hash.describe('SHA-256 of this line without this field, as RFC 8785 writes it.'),
};

/** The JSON Schema of a line. */
export function auditSchema(): object {
  const lines = Object.entries(AUDIT_EVENTS).map(([event, { outcome, help, fields }]) =>
    z
      .strictObject({
        type: z.literal('audit'),
        time: z.iso.datetime(),
        event: z.literal(event),
        outcome: z.literal(outcome),
        ...about,
        ...fields,
        ...chainFields,
      })
      .describe(help),
  );
  return { title: 'A line of the audit log of Claude Code WebUI', ...z.toJSONSchema(z.union(lines)) };
}
