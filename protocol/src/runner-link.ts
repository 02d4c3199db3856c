/**
 * Gateway ⇄ session-runner: the runner's HTTP surface, its tokens, and what the process backend and its child say to
 * each other. One runner keeps one session.
 *
 * - `GET /attach` (WebSocket; query `AttachQuery`): frames of frames.ts. Scope `drive` or `view`.
 * - `/workspace/…`: files of the workspace, as `WORKSPACE_ROUTES` has them. Scope `files`. Bodies and answers are files.ts's; refusals
 *   are a `FileRefusal`.
 * - `PUT /model-call`: a model call of this session is in flight; body `ModelCallMark`. Scope `control`.
 * - `GET /control` (WebSocket): JSON texts, `RunnerEvent` one way and `RunnerCommand` the other. Scope `control`. Any gateway may
 *   follow a session; whoever has heard of its end closes with 1000.
 * - `GET /healthz`: 200 once attaches are taken. No token.
 */
import type { LogLevel } from './log-level';
import type { PolicyRule, SessionPolicy } from './policy';
import type { Activity, SessionEnd, TerminalSize } from './session';

export const ATTACH_PATH = '/attach';
export const WORKSPACE_PATH = '/workspace';
/** Below WORKSPACE_PATH. */
export const WORKSPACE_ROUTES = {
  /** `GET|HEAD|PUT|DELETE /files/<path>`: a file (with Range and conditions), a folder's listing (`?limit`, `?after`) or archive (`?archive=zip`). */
  files: '/files',
  /** `POST`, body `{path}`. */
  folders: '/folders',
  /** `POST`, body `FileMove`. */
  moves: '/moves',
  /** `POST`, body `NewUpload`; `HEAD|PATCH|DELETE /uploads/<id>`. */
  uploads: '/uploads',
  /** `POST`, body `{folders: SeenFolder[]}`: answers as soon as one of them is not as it was seen, or after a while. */
  changes: '/changes',
  /** `GET ?path=`: what a path that programs print leads to. */
  lookup: '/lookup',
} as const;
export const MODEL_CALL_PATH = '/model-call';
export const CONTROL_PATH = '/control';

/** Audience of the tokens a runner takes: HS256 JWTs signed with the session's own key, `sub` being the session id. */
export const RUNNER_TOKEN_AUDIENCE = 'claude-webui-runner';
/** Lifetime of such a token: long enough for a dial with retries, too short to be worth stealing. */
export const RUNNER_TOKEN_SECONDS = 30;
/** What a runner token permits. `drive` includes `view`. */
export type RunnerScope = 'drive' | 'view' | 'files' | 'control';

/** Query of `GET /attach`; every value travels as a string. */
export interface AttachQuery {
  /** Names the client's input sequence across reconnects. */
  client: string;
  /** Output offset to go on from. */
  from?: string;
  /** `Attached.stream` that `from` counts in; without it the present one. `from` means nothing in another. */
  stream?: string;
  /** `1`: become the driver even if somebody else drives. */
  takeOver?: string;
  cols?: string;
  rows?: string;
}

/** Body of `PUT /model-call`. */
export interface ModelCallMark {
  /** The call counts as in flight for this long unless marked again; 0 ends it. Milliseconds. */
  ttlMs: number;
}

/** All a runner needs to know of its session. */
export interface SessionSpec {
  sessionId: string;
  /** Signs and verifies this session's runner tokens. 32 random bytes, base64url. */
  attachKey: string;
  /** Absolute path of the Unix socket, or a TCP port, on which the runner serves. */
  listen: { socketPath: string } | { port: number };
  /** Absolute path. The runner makes `home/` and `workspace/` in it, mode 0700. */
  directory: string;
  /** Keep `directory` when the session ends; a later session in it goes on with the conversation. */
  persistent: boolean;
  program: ProgramSpec;
  size: TerminalSize;
  limits: SessionLimits;
  policy: SessionPolicy;
  /** Least level that the runner logs, as pino names it. */
  logLevel: LogLevel;
}

/** What runs in the PTY. */
export interface ProgramSpec {
  /** Absolute path of the Claude Code binary, or null when none was found. */
  path: string | null;
  /** Arguments before those the runner adds itself. */
  args: string[];
  /** Environment beside the runner's own allowlist: `ANTHROPIC_BASE_URL` and the like. */
  env: Record<string, string>;
  /** `claude` gets seeding, hooks and resume; `plain` is started as it is (tests, benchmarks). */
  kind: 'claude' | 'plain';
  /** How the program is held apart from the machine. */
  confinement: 'bubblewrap' | 'none';
  /** As `SessionCommand` has it. */
  newConversationOf?: string | undefined;
}

/** How long a session's Claude may work on with nobody attached, unless it is set. Seconds. */
export const DETACH_MAX_WORK_SECONDS = 43_200;

/** Lines above the screen that are kept for those who come back by a snapshot, unless it is set. */
export const SCROLLBACK_LINES = 5000;
/** A line costs the runner some 2 kB and a reader some 100 bytes. */
export const MAX_SCROLLBACK_LINES = 50_000;

export interface SessionLimits {
  /** 0 switches idle ending off. */
  idleTimeoutMs: number;
  /** How long before the idle end people are told. */
  idleWarningMs: number;
  /** How long the session lives with nobody attached, while Claude does not work. */
  detachGraceMs: number;
  /** For how long, at most, the work of Claude puts that off. */
  detachMaxWorkMs: number;
  /** Bytes of output kept for resuming. */
  replayBytes: number;
  /** Lines above the screen that are kept for those who come back by a snapshot. */
  scrollbackLines: number;
  /** Between SIGHUP and SIGKILL. */
  endGraceMs: number;
}

/** What the process backend tells its child over the IPC channel, until it is ready. */
export type ToRunner = { type: 'start'; spec: SessionSpec } | { type: 'end'; reason: SessionEnd['reason'] };

/** What a child tells the process backend: that it serves, or why it never will. */
export type FromRunner = { type: 'ready' } | { type: 'ended'; end: SessionEnd };

/** What happens to a session, as its runner tells those that follow it. The last report comes at once. */
export type RunnerEvent =
  | { type: 'report'; report: RunnerReport }
  | { type: 'measure'; measure: RunnerMeasure }
  /** A self-test has shown that this Claude Code obeys the settings of a policy. Told again to those who come later. */
  | { type: 'policy-proven'; hash: string; cli: string }
  /** The last one. Said again to those who come later, for a while. */
  | { type: 'ended'; end: SessionEnd };

/** What a gateway wants of a runner. */
export interface RunnerCommand {
  type: 'end';
  reason: SessionEnd['reason'];
}

/** The session as its runner sees it, told when it changes, at most once a second. */
export interface RunnerReport {
  activity: Activity;
  attachments: number;
  /** Milliseconds since the epoch. */
  lastActivityAt: number;
}

/** One observation for the metrics and the audit log that only a runner can make. */
export type RunnerMeasure =
  | { name: 'backpressure-drop' }
  /** How often a rule of the policy was applied since it was last told; told at most once a second. */
  | { name: 'policy-hit'; rule: PolicyRule; count: number }
  /** A program or one of Claude's tools from start to end. */
  | { name: 'command'; group: string; seconds: number };
