/** What a role may do, in words. Pure. */
import type { Verdict } from '@claude-webui/protocol';
import type { UserRole } from '../auth/roles';
import type { Policy } from './policy';

/** Lines for a terminal. */
export function explain(policy: Policy, role: UserRole): string[] {
  const { programs, claudeCode, sequences, limits } = policy.for(role);
  const { permissions = {}, ...settings } = claudeCode;
  const { allow = [], ask = [], deny = [], ...modes } = permissions;
  return [
    `${role === 'admin' ? 'An' : 'A'} ${role}:`,
    ...(role === 'viewer' ? ['  starts no sessions, and watches those that are shared'] : []),
    `  starts Claude Code ${withArguments(programs.claude.arguments)}`,
    ...programs.others.map(({ path, arguments: patterns = [] }) => `  starts ${path} ${withArguments(patterns)}`),
    ...(programs.others.length === 0 ? ['  starts no other program'] : []),
    '  Claude, as its own settings say (they bind the model; what a person types with ! passes them):',
    ...list('is denied', deny),
    ...list('has to ask for', ask),
    ...list('need not ask for', allow),
    ...Object.entries({ ...modes, ...settings }).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`),
    `  programs may not send terminals: ${denied(sequences.output)}`,
    `  terminals may not answer with: ${denied(sequences.input)}`,
    `  types lines of ${limits.lineBytes === 0 ? 'any length' : `at most ${limits.lineBytes} bytes`}`,
    `  sends at most ${limits.messagesPerSecond} messages and ${limits.inputBytesPerSecond} bytes of input a second`,
  ];
}

function withArguments(patterns: readonly string[]): string {
  return patterns.length === 0 ? 'without further arguments' : `with any of: ${patterns.join(' | ')}`;
}

function list(what: string, rules: readonly string[]): string[] {
  return rules.length === 0 ? [] : [`    ${what}: ${rules.join(', ')}`];
}

function denied(verdicts: Record<string, Verdict>): string {
  const names = Object.keys(verdicts).filter((name) => verdicts[name] === 'deny');
  return names.length === 0 ? 'nothing is kept back' : names.join(', ');
}
