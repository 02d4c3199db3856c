/**
 * What the stand-in answers to which words. The person's last words choose:
 *
 *     say: TEXT              TEXT
 *     lines: N               N numbered lines
 *     slow: MS TEXT          TEXT, MS milliseconds between words
 *     wait: MS TEXT          TEXT, all of it after MS milliseconds
 *     tool: COMMAND          a call of the Bash tool with COMMAND, then what it said
 *     error: STATUS          an error with that status: 401, 429, 500, 529 …
 *     break: TEXT            TEXT, then the stream breaks off with "overloaded"
 *
 * Anything else comes back as "You said: …".
 */
import type { Answer } from './answer';
import { error, text } from './answer';
import type { MessagesRequest } from './messages-request';
import { lastUserMessage } from './messages-request';

/** So that a slip in a script cannot ask for hours or gigabytes. */
const MAX_DELAY_MS = 60_000;
const MAX_LINES = 20_000;

/** Answers by the rules above. */
export function scriptedAnswer(request: MessagesRequest): Answer {
  const { texts = [], toolResults = [] } = lastUserMessage(request) ?? {};
  if (toolResults.length > 0) return text(`The tool said: ${toolResults.join('\n')}`);
  const words = texts.at(-1)?.trim() ?? '';
  const { verb = '', rest = '' } = /^(?<verb>[a-z]+): *(?<rest>.*)$/s.exec(words)?.groups ?? {};
  switch (verb) {
    case 'say':
      return text(rest);
    case 'lines':
      return text(numberedLines(bounded(Number(rest), MAX_LINES)));
    case 'slow': {
      const { number, following } = leadingNumber(rest);
      return text(following, bounded(number, MAX_DELAY_MS));
    }
    case 'wait': {
      const { number, following } = leadingNumber(rest);
      return { ...text(following), delayMs: bounded(number, MAX_DELAY_MS) };
    }
    case 'tool':
      return {
        ...text(''),
        blocks: [{ type: 'tool_use', name: 'Bash', input: { command: rest, description: `Run ${rest}` } }],
      };
    case 'error':
      return error(bounded(Number(rest), 599));
    case 'break':
      return { ...text(rest), breaksWith: error(529) };
    default:
      return text(`You said: ${words}`);
  }
}

function leadingNumber(words: string): { number: number; following: string } {
  const { number = '0', following = '' } = /^(?<number>\d+) *(?<following>.*)$/s.exec(words)?.groups ?? {};
  return { number: Number(number), following };
}

function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');
}

function bounded(value: number, maximum: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(0, Math.trunc(value)), maximum) : 0;
}
