import { createHash } from 'node:crypto';
import type { InputSequence, OutputSequence, SessionCommand, SessionPolicy, Verdict } from '@claude-webui/protocol';
import { PRESET_SESSION_POLICY } from '@claude-webui/protocol';
import type { UserRole } from '../auth/roles';
import { USER_ROLES } from '../auth/roles';
import { refusedArgument, reservedOptionIn } from './arguments';
import type { PolicyFileContent, RoleSection } from './schema';

/** What one role may do: every part has a value. */
export interface RolePolicy {
  programs: {
    claude: { arguments: string[] };
    others: { path: string; arguments?: string[] | undefined }[];
  };
  claudeCode: NonNullable<RoleSection['claudeCode']>;
  sequences: { output: Record<OutputSequence, Verdict>; input: Record<InputSequence, Verdict> };
  limits: SocketLimits & { lineBytes: number };
}

/** Of one browser's connection. */
export interface SocketLimits {
  messagesPerSecond: number;
  inputBytesPerSecond: number;
}

/** What somebody wants a session to start. */
export interface ProgramWish {
  program?: string | undefined;
  arguments?: readonly string[] | undefined;
}

const PRESET: RolePolicy = {
  programs: { claude: { arguments: [] }, others: [] },
  claudeCode: PRESET_SESSION_POLICY.claudeSettings,
  sequences: { output: PRESET_SESSION_POLICY.output, input: PRESET_SESSION_POLICY.input },
  limits: {
    lineBytes: PRESET_SESSION_POLICY.maxLineBytes,
    // A person types 15 keys a second and pastes a megabyte; a flood of output is acknowledged some hundred times a second.
    messagesPerSecond: 5000,
    inputBytesPerSecond: 4 * 1024 * 1024,
  },
};

/** The policy in force. Immutable: a changed file makes another. */
export class Policy {
  private constructor(
    private readonly roles: Record<UserRole, RolePolicy>,
    /** SHA-256 of the file, hex; `preset` without one. */
    readonly hash: string,
  ) {}

  /** What holds without a policy file. */
  static readonly preset = Policy.of({ version: 1 }, 'preset');

  /** @param hash see `hash` */
  static of({ everyone, roles }: PolicyFileContent, hash: string): Policy {
    const resolved = USER_ROLES.map((role) => [role, merged(merged(PRESET, everyone), roles?.[role])] as const);
    return new Policy(Object.fromEntries(resolved) as Record<UserRole, RolePolicy>, hash);
  }

  for(role: UserRole): RolePolicy {
    return this.roles[role];
  }

  /** The command for a wish, or why the policy does not allow it: the rule and a sentence. */
  command(role: UserRole, wish: ProgramWish): SessionCommand | { rule: string; detail: string } {
    const { claude, others } = this.roles[role].programs;
    const { program } = wish;
    const args = [...(wish.arguments ?? [])];
    const chosen = program === undefined ? claude : others.find(({ path }) => path === program);
    if (chosen === undefined)
      return { rule: 'programs.others', detail: `A session of role ${role} may not start ${program ?? ''}.` };
    const rule = program === undefined ? 'programs.claude.arguments' : 'programs.others.arguments';
    const reserved = program === undefined ? args.find((argument) => reservedOptionIn(argument) !== null) : undefined;
    const refused = reserved ?? refusedArgument(args, chosen.arguments ?? []);
    if (refused === null) return { program: program ?? null, args };
    return { rule, detail: `A session of role ${role} may not be started with the argument ${refused}.` };
  }

  /** What the runner of a session of this role has to hold. */
  session(role: UserRole): Omit<SessionPolicy, 'provenFor'> {
    const { claudeCode, sequences, limits } = this.roles[role];
    const { other, ...known } = claudeCode;
    const claudeSettings = { ...other, ...known };
    const hash = createHash('sha256').update(JSON.stringify(claudeSettings)).digest('hex');
    return { hash, claudeSettings, output: sequences.output, input: sequences.input, maxLineBytes: limits.lineBytes };
  }
}

/** Maps are merged key by key, denials add up; anything else, other lists too, takes the place of what was there. */
function merged<T>(base: T, changes: unknown): T {
  if (changes === undefined) return base;
  if (!isMap(base) || !isMap(changes)) return changes as T;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = base[key];
    // A role that denies one thing more must not have forgotten what everybody is denied.
    const addsUp = key === 'deny' && Array.isArray(before) && Array.isArray(value);
    result[key] = addsUp
      ? [...new Set<unknown>([...(before as unknown[]), ...(value as unknown[])])]
      : merged(before, value);
  }
  return result as T;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
