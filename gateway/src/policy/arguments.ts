/** Which arguments a program may be started with. Pure. */
import { fitsStarPattern } from './star-pattern';

/**
 * Options of Claude Code that are not for a policy to allow: the runner sets them itself, or they put something in the place of
 * what the policy says.
 */
const RESERVED = [
  '--settings',
  '--setting-sources',
  '--managed-settings',
  '--session-id',
  '--resume',
  '-r',
  '--continue',
  '-c',
  '--fork-session',
  '--from-pr',
  '--dangerously-skip-permissions',
  '--allow-dangerously-skip-permissions',
];

/** The reserved option that a pattern or an argument names, with or without a value after `=`; null if none. */
export function reservedOptionIn(text: string): string | null {
  for (const word of text.split(' ')) {
    const name = word.split('=')[0] ?? '';
    const found = RESERVED.find((option) => option === name || (/^-.*\*/.test(name) && fitsStarPattern(name, option)));
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * The first argument that no pattern takes; null if all are allowed. A pattern is one argument, or an option and its value
 * separated by a space; `*` stands for any text, but not for an option, and not for `..` in a path.
 */
export function refusedArgument(args: readonly string[], patterns: readonly string[]): string | null {
  let at = 0;
  while (at < args.length) {
    const taken = Math.max(0, ...patterns.map((pattern) => wordsTaken(args, at, pattern.split(' '))));
    if (taken === 0) return args[at] ?? null;
    at += taken;
  }
  return null;
}

function wordsTaken(args: readonly string[], at: number, words: readonly string[]): number {
  const fits = words.every((word, index) => {
    const argument = args[at + index];
    return argument !== undefined && wordTakes(word, argument);
  });
  return fits ? words.length : 0;
}

function wordTakes(word: string, argument: string): boolean {
  if (word === argument) return true;
  if (!word.includes('*') || /[\0\r\n]/.test(argument)) return false;
  if (argument.split(/[/=,]/).includes('..')) return false;
  return (word.startsWith('-') || !argument.startsWith('-')) && fitsStarPattern(word, argument);
}
