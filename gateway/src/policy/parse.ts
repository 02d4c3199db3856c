/** Policy text → its content, or what is wrong with it and where. */
import type { Document, Node, Pair } from 'yaml';
import { Lexer, LineCounter, Parser, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type * as z from 'zod';
import type { PolicyFileContent } from './schema';
import { policyFile } from './schema';

/** What is wrong in a policy file. Line and column count from 1. */
export interface PolicyProblem {
  line: number;
  column: number;
  message: string;
}

/** A policy file that cannot be used. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(
    /** As a person named it. */
    readonly file: string,
    readonly problems: readonly PolicyProblem[],
  ) {
    super(`The policy is wrong:\n${problems.map((problem) => `  - ${told(file, problem)}`).join('\n')}`);
  }
}

/** `file:line:column: what is wrong`, as compilers say it. */
export function told(file: string, { line, column, message }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** @throws PolicyError with every problem at once, in the order of the file */
export function parsePolicy(file: string, text: string): PolicyFileContent {
  const lines = new LineCounter();
  if (isTooDeep(text)) throw new PolicyError(file, [{ line: 1, column: 1, message: 'The file is nested too deeply' }]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): PolicyProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    throw new PolicyError(
      file,
      broken.slice(0, MAX_PROBLEMS).map(({ pos, message }) => at(pos[0], sentence(message))),
    );
  const result = policyFile.safeParse(contentOf(file, document));
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) =>
    placesOf(document, issue).map(({ offset, message }) => at(offset, message)),
  );
  throw new PolicyError(
    file,
    problems.sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** Whoever has more mends the first ones first. */
const MAX_PROBLEMS = 100;
/** A policy has some ten levels, each of which is two or three here. */
const MAX_DEPTH = 200;

/** What follows goes down the levels by recursion: where the stack ends in a regular expression, V8 ends the process. This does not. */
function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const token of new Lexer().lex(text)) {
    // The documents are of no interest yet, but it parses as they are asked for.
    Array.from(parser.next(token));
    if (parser.stack.length > MAX_DEPTH) return true;
  }
  return false;
}

/** Aliases could be made to grow without end; the package stops them. */
function contentOf(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new PolicyError(file, [
      { line: 1, column: 1, message: sentence(error instanceof Error ? error.message : '') },
    ]);
  }
}

type Issue = z.core.$ZodIssue;

/** Where an issue is: at the value, or at the key that should not be there. */
function placesOf(document: Document, issue: Issue): { offset: number; message: string }[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const name = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      offset: keyOffset(document, path, key) ?? valueOffset(document, path),
      message: `${[...path, key].join('.')} is not known here`,
    }));
  }
  if (issue.code === 'invalid_key')
    return [{ offset: valueOffset(document, path), message: `${name} is not known here` }];
  const message = issue.message.startsWith('must') ? issue.message : `is not right: ${issue.message}`;
  return [{ offset: valueOffset(document, path), message: `${name === '' ? 'The file' : name} ${message}` }];
}

/** Offset of the value, or of what is nearest above it. */
function valueOffset(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const offset = offsetOf(node);
    if (offset !== null) return offset;
  }
  return 0;
}

function keyOffset(document: Document, path: readonly (string | number)[], key: string): number | null {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return null;
  const pair = map.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === key);
  return pair === undefined ? null : offsetOf(pair.key);
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? ((node as Node).range?.[0] ?? null) : null;
}

const sentence = (message: string) => (message === '' ? 'cannot be read as YAML' : message);
