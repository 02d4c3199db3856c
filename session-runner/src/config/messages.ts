/** Schemas of what reaches a runner from outside its process. */
import type {
  BindRequest,
  ModelCallMark,
  RunnerCommand,
  SessionCommand,
  SessionPolicy,
  SessionSpec,
  ToRunner,
} from '@claude-webui/protocol';
import {
  DETACH_MAX_WORK_SECONDS,
  INPUT_SEQUENCES,
  LOG_LEVELS,
  MAX_TERMINAL_CELLS_PER_SIDE,
  OUTPUT_SEQUENCES,
  SCROLLBACK_LINES,
} from '@claude-webui/protocol';
import * as z from 'zod/mini';

const side = z.coerce.number().check(z.int(), z.gte(1), z.lte(MAX_TERMINAL_CELLS_PER_SIDE));
const wholeNumber = z.number().check(z.int(), z.gte(0));
const size = z.object({ cols: side, rows: side });

const verdict = z.enum(['allow', 'deny']);
const verdicts = <K extends string>(kinds: readonly K[]) =>
  z.object(Object.fromEntries(kinds.map((kind) => [kind, verdict])) as { [Kind in K]: typeof verdict });

/** Part of a start and of a bind. */
export const sessionPolicy = z.object({
  hash: z.string().check(z.minLength(1), z.maxLength(64)),
  claudeSettings: z.record(z.string(), z.unknown()),
  provenFor: z.array(z.string()),
  output: verdicts(OUTPUT_SEQUENCES),
  input: verdicts(INPUT_SEQUENCES),
  maxLineBytes: wholeNumber,
}) satisfies z.ZodMiniType<SessionPolicy>;

/** Part of a bind. */
export const sessionCommand = z.object({
  program: z.nullable(z.string().check(z.startsWith('/'))),
  args: z.array(z.string()),
  newConversationOf: z.optional(z.uuid()),
}) satisfies z.ZodMiniType<SessionCommand>;

const sessionSpec = z.object({
  sessionId: z.uuid(),
  attachKey: z.string().check(z.minLength(40)),
  listen: z.union([z.object({ socketPath: z.string() }), z.object({ port: wholeNumber })]),
  directory: z.string().check(z.startsWith('/')),
  persistent: z.boolean(),
  program: z.object({
    path: z.nullable(z.string()),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    kind: z.enum(['claude', 'plain']),
    confinement: z.enum(['bubblewrap', 'none']),
    newConversationOf: z.optional(z.uuid()),
  }),
  size,
  limits: z.object({
    idleTimeoutMs: wholeNumber,
    idleWarningMs: wholeNumber,
    detachGraceMs: wholeNumber,
    detachMaxWorkMs: wholeNumber,
    replayBytes: wholeNumber,
    scrollbackLines: wholeNumber,
    endGraceMs: wholeNumber,
  }),
  policy: sessionPolicy,
  logLevel: z.enum(LOG_LEVELS),
}) satisfies z.ZodMiniType<SessionSpec>;

const runnerCommand = z.object({ type: z.literal('end'), reason: z.enum(['terminated', 'server-stopping']) });
const toRunner = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), spec: sessionSpec }),
  runnerCommand,
]);

/** A message from the gateway that started this process. @throws ZodError */
export function parseToRunner(message: unknown): ToRunner {
  return toRunner.parse(message);
}

const bindRequest = z.object({
  sessionId: z.uuid(),
  attachKey: z.string().check(z.minLength(40)),
  size,
  env: z.record(z.string(), z.string()),
  limits: z.object({
    idleTimeoutMs: wholeNumber,
    idleWarningMs: wholeNumber,
    detachGraceMs: wholeNumber,
    // Gateways of before these fields do not send them.
    detachMaxWorkMs: z._default(wholeNumber, DETACH_MAX_WORK_SECONDS * 1000),
    scrollbackLines: z._default(wholeNumber, SCROLLBACK_LINES),
  }),
  command: sessionCommand,
  policy: sessionPolicy,
}) satisfies z.ZodMiniType<BindRequest>;

/** Body of a bind; null if it is not one. */
export function parseBindRequest(body: string): BindRequest | null {
  return bindRequest.safeParse(jsonOf(body)).data ?? null;
}

const offset = z.coerce.number().check(z.int(), z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));
const attachQuery = z.object({
  client: z.string().check(z.minLength(1), z.maxLength(64)),
  from: z.optional(offset),
  stream: z.optional(z.string().check(z.maxLength(64))),
  takeOver: z.optional(z.literal('1')),
  cols: z.optional(side),
  rows: z.optional(side),
});

/** Query of an attach; null if it is not one. */
export function parseAttachQuery(search: URLSearchParams) {
  const { success, data } = attachQuery.safeParse(Object.fromEntries(search));
  if (!success) return null;
  const { client, from, stream, takeOver, cols, rows } = data;
  return {
    client,
    from: from ?? null,
    stream: stream ?? null,
    takeOver: takeOver !== undefined,
    size: cols === undefined || rows === undefined ? null : { cols, rows },
  };
}

const HOUR_MS = 3_600_000;
const modelCallMark = z.object({ ttlMs: z.number().check(z.gte(0), z.lte(HOUR_MS)) });

/** Body of a model call mark; null if it is not one. */
export function parseModelCallMark(body: string): ModelCallMark | null {
  return modelCallMark.safeParse(jsonOf(body)).data ?? null;
}

const anyCommand = z.object({ type: z.string() });

/** A command on a control link; `unknown` if only a later release knows it, null if it is none. */
export function parseRunnerCommand(text: string): RunnerCommand | 'unknown' | null {
  const said = jsonOf(text);
  const { data } = runnerCommand.safeParse(said);
  if (data !== undefined) return data;
  const command = anyCommand.safeParse(said).data;
  return command === undefined || command.type === 'end' ? null : 'unknown';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
