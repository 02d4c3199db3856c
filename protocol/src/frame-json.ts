/**
 * Reads the JSON of a session-runner's frames. The runner shares its place with what the person runs there, so it is not taken at
 * its word: what has another shape throws a FrameError. Words that only a later release knows are taken for the nearest known one.
 */
import { FrameError, isTerminalSize } from './frames';
import type {
  Activity,
  AttachmentState,
  Attached,
  Refused,
  SessionEnd,
  SessionEndReason,
  TerminalSize,
} from './session';
import { MAX_SCROLLBACK_LINES } from './runner-link';
import { ACTIVITIES, REFUSAL_CODES, SESSION_END_REASONS, renamedActivity } from './session';

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new FrameError('a frame does not hold an object');
  return Object.fromEntries(Object.entries(value));
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new FrameError(`${name} is no text`);
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new FrameError(`${name} is no count`);
  return value;
}

function oneOf<const T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const found = values.find((value) => value === fields[name]);
  if (found === undefined) throw new FrameError(`${name} is none of ${values.join(', ')}`);
  return found;
}

function sizeIn(value: unknown): TerminalSize {
  const fields = fieldsOf(value);
  const size = { cols: count(fields, 'cols'), rows: count(fields, 'rows') };
  if (!isTerminalSize(size)) throw new FrameError(`a terminal of ${size.cols}×${size.rows} is not possible`);
  return size;
}

/** @throws FrameError */
export function parseAttached(value: unknown): Attached {
  const fields = fieldsOf(value);
  return {
    sessionId: text(fields, 'sessionId'),
    stream: text(fields, 'stream'),
    resume: oneOf(fields, 'resume', ['exact', 'snapshot']),
    offset: count(fields, 'offset'),
    ...(fields['replayTo'] === undefined ? {} : { replayTo: count(fields, 'replayTo') }),
    ...(fields['scrollbackLines'] === undefined
      ? {}
      : { scrollbackLines: Math.min(MAX_SCROLLBACK_LINES, count(fields, 'scrollbackLines')) }),
    inputSequence: count(fields, 'inputSequence'),
    ...(fields['refused'] === undefined ? {} : refusedIn(fields['refused'])),
    state: parseState(fields['state']),
  };
}

/** @throws FrameError */
export function parseState(value: unknown): AttachmentState {
  const fields = fieldsOf(value);
  const { driven, idleEndsInMs } = fields;
  if (typeof driven !== 'boolean') throw new FrameError('driven is no truth value');
  if (idleEndsInMs !== null && !Number.isFinite(idleEndsInMs)) throw new FrameError('idleEndsInMs is no duration');
  return {
    role: oneOf(fields, 'role', ['driver', 'observer']),
    driven,
    attachments: count(fields, 'attachments'),
    size: sizeIn(fields['size']),
    activity: activityIn(renamedActivity(fields['activity'])),
    idleEndsInMs: idleEndsInMs === null ? null : Number(idleEndsInMs),
  };
}

function activityIn(value: unknown): Activity {
  return ACTIVITIES.find((activity) => activity === value) ?? 'working';
}

function refusedIn(value: unknown): Pick<Attached, 'refused'> {
  const refused = parseRefused(value);
  return refused === null ? {} : { refused };
}

/** Null for a refusal that only a later release knows. @throws FrameError */
export function parseRefused(value: unknown): Refused | null {
  const fields = fieldsOf(value);
  const name = text(fields, 'code');
  const code = REFUSAL_CODES.find((known) => known === name);
  if (code === undefined) return null;
  return fields['sequence'] === undefined ? { code } : { code, sequence: count(fields, 'sequence') };
}

/** @throws FrameError */
export function parseEnd(value: unknown): SessionEnd {
  const fields = fieldsOf(value);
  const { exitCode, detail } = fields;
  if (exitCode !== null && !Number.isSafeInteger(exitCode)) throw new FrameError('exitCode is no exit status');
  return {
    reason: reasonIn(text(fields, 'reason')),
    exitCode: exitCode === null ? null : Number(exitCode),
    ...(detail === undefined ? {} : { detail: text(fields, 'detail') }),
  };
}

function reasonIn(name: string): SessionEndReason {
  return SESSION_END_REASONS.find((reason) => reason === name) ?? 'terminated';
}
