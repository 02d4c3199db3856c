/** What the REST API takes and gives. The same schemas check requests and make the OpenAPI document. */
import type { SessionInfo, TerminalSize } from '@claude-webui/protocol';
import {
  ACTIVITIES,
  MAX_NOTICE_CHARACTERS,
  MAX_TERMINAL_CELLS_PER_SIDE,
  SESSION_END_REASONS,
  SESSION_PROGRESS_CODES,
} from '@claude-webui/protocol';
import * as z from 'zod';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../auth/password-rule';
import { USER_ROLES } from '../auth/roles';
import { USERNAME } from '../auth/username-rule';
import { isVisibleName } from '../visible-name';

const MAX_SHARE_SECONDS = 7 * 24 * 3600;

/** What is not visible but counts as a letter is found apart: clients know patterns, but not all of Unicode. */
const visibleText = (maxLength: number) => {
  const error = `must be 1 to ${maxLength} visible characters`;
  return z
    .string()
    .trim()
    .max(maxLength, error)
    .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u, { error, abort: true })
    .refine(isVisibleName, { error });
};
const name = visibleText(64);
const workspace = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits and hyphens, no hyphen first');
const side = z.int().min(1).max(MAX_TERMINAL_CELLS_PER_SIDE);
const size = z.strictObject({ cols: side, rows: side }) satisfies z.ZodType<TerminalSize>;

export const loginBody = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
});
export const passwordBody = z.strictObject({
  current: z.string().min(1).max(MAX_PASSWORD_LENGTH),
  new: z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH),
});
export const createBody = z.strictObject({
  name: name.optional(),
  workspace: workspace.optional(),
  size: size.optional(),
  program: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .max(4096)
    .optional()
    .describe('Path of a program in the place of Claude Code, if the policy allows it.'),
  arguments: z
    .array(z.string().max(4096))
    .max(64)
    .optional()
    .describe('Arguments for Claude Code or the program, if the policy allows them.'),
  conversation: z
    .enum(['last', 'new'])
    .optional()
    .describe(
      'Whether Claude Code goes on with the last conversation of the workspace, if there is one, or begins another.',
    ),
});
export const renameBody = z.strictObject({ name });
export const shareBody = z.strictObject({ expiresInSeconds: z.int().min(60).max(MAX_SHARE_SECONDS) });
export const newUserBody = z.strictObject({
  username: z.string().regex(USERNAME, 'must be 1 to 64 letters, digits and any of _ . @ -'),
  role: z.enum(USER_ROLES),
});
export const disableBody = z.strictObject({ disabled: z.boolean() });
export const noticeBody = z.strictObject({
  text: visibleText(MAX_NOTICE_CHARACTERS).describe('Shown as it is to everybody who is connected.'),
});
export const listQuery = z.strictObject({ all: z.enum(['true', 'false']).optional() });
/** Providers may add fields of their own (OpenID Connect Core §3.1.2.5); the library holds the answer against its question. */
export const providerQuery = z.looseObject({
  code: z.string().optional(),
  state: z.string().optional(),
  iss: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
});

export const user = z.strictObject({ id: z.string(), username: z.string(), role: z.enum(USER_ROLES) });
export const signedIn = z.strictObject({
  token: z.string().describe('Access token: `Authorization: Bearer …`, and `auth.token` of the Socket.IO handshake.'),
  expiresAt: z.iso.datetime(),
  user,
});
export const methods = z.strictObject({
  password: z.boolean(),
  oidc: z.strictObject({ name: z.string() }).nullable().describe('An OpenID provider; begin at /auth/oidc/login.'),
});
export const signedOut = z.strictObject({
  endSessionUrl: z.url().describe('Open it in the browser to end the sign-in at the provider too.'),
});
export const account = user.extend({ disabled: z.boolean() });
export const accountList = z.strictObject({
  users: z.array(account),
  keptElsewhere: z.string().nullable().describe('Where users are changed instead, as a sentence.'),
});
const password = z.string().describe('Made up; shown only here.');
export const newAccount = z.strictObject({ user: account, password });
export const newPassword = z.strictObject({ password });
export const me = z.strictObject({ expiresAt: z.iso.datetime(), user });
export const session = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  owner: z.string(),
  workspace: z.string(),
  workspaceKept: z
    .boolean()
    .optional()
    .describe('Whether the next session in this workspace finds its files and conversation.'),
  state: z.enum(['starting', 'ready', 'ended']),
  progress: z
    .strictObject({ code: z.enum(SESSION_PROGRESS_CODES), detail: z.string().optional() })
    .nullish()
    .describe('What it waits for while it is starting.'),
  activity: z.enum(ACTIVITIES),
  attachments: z.int().min(0),
  createdAt: z.iso.datetime(),
  lastActivityAt: z.iso.datetime(),
  end: z
    .strictObject({
      reason: z.enum(SESSION_END_REASONS),
      exitCode: z.int().nullable(),
      detail: z.string().optional(),
    })
    .optional(),
});
/** Fails to compile when the protocol has a session field or value that the document does not. */
export const documentedSession = (info: SessionInfo): z.input<typeof session> => info;
export const sessionList = z.strictObject({ sessions: z.array(session) });
export const share = z.strictObject({ id: z.uuid(), createdAt: z.iso.datetime(), expiresAt: z.iso.datetime() });
export const newShare = share.extend({ url: z.string().describe('Shown only here. Whoever has it may watch.') });
export const shareList = z.strictObject({ shares: z.array(share) });
export const status = z.strictObject({ status: z.string() });
export const openApiDocument = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) });
export const problemDocument = z.strictObject({
  type: z.string(),
  title: z.string().describe('A sentence for people.'),
  status: z.int(),
  code: z.string().describe('Stable; for programs.'),
  detail: z.string().optional(),
  requestId: z.string(),
});
