import type { RunnerEvent } from '@claude-webui/protocol';
import { ACTIVITIES, POLICY_RULES, SESSION_END_REASONS, renamedActivity } from '@claude-webui/protocol';
import * as z from 'zod';
import { jsonIn } from '../json';

const MAX_TEXT = 2000;

/** A runner shares its pod with what the person runs there, so it is not taken at its word. */
const runnerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('report'),
    report: z.object({
      // The least that a word of a later release can mean.
      activity: z.preprocess(renamedActivity, z.enum(ACTIVITIES).or(z.string().transform(() => 'working' as const))),
      attachments: z.int().min(0).max(10_000),
      lastActivityAt: z.number().min(0).max(8.64e15),
    }),
  }),
  z.object({
    type: z.literal('measure'),
    measure: z.discriminatedUnion('name', [
      z.object({ name: z.literal('backpressure-drop') }),
      z.object({ name: z.literal('policy-hit'), rule: z.enum(POLICY_RULES), count: z.int().min(1) }),
      z.object({ name: z.literal('command'), group: z.string().max(MAX_TEXT), seconds: z.number().min(0) }),
    ]),
  }),
  z.object({ type: z.literal('policy-proven'), hash: z.string().max(64), cli: z.string().max(MAX_TEXT) }),
  z.object({
    type: z.literal('ended'),
    end: z.object({
      reason: z.enum(SESSION_END_REASONS).or(z.string().transform(() => 'terminated' as const)),
      exitCode: z.int().nullable(),
      detail: z.string().max(MAX_TEXT).exactOptional(),
    }),
  }),
]);

const TYPES: ReadonlySet<string> = new Set(runnerEvent.options.map(({ shape }) => shape.type.value));
const MEASURES: ReadonlySet<string> = new Set(['backpressure-drop', 'policy-hit', 'command']);
const RULES: ReadonlySet<string> = new Set(POLICY_RULES);
/** Whatever else they have. */
const anyEvent = z.object({ type: z.string(), measure: z.unknown().optional() });
const anyMeasure = z.object({ name: z.string(), rule: z.unknown().optional() });

/** What a runner says on a control link; `unknown` if only a later release knows it, null if it is nothing that a runner says. */
export function parseRunnerEvent(text: string): RunnerEvent | 'unknown' | null {
  const said = jsonIn(text);
  return runnerEvent.safeParse(said).data ?? (isOfLaterRelease(said) ? 'unknown' : null);
}

function isOfLaterRelease(said: unknown): boolean {
  const event = anyEvent.safeParse(said).data;
  if (event === undefined || !TYPES.has(event.type)) return event !== undefined;
  const measure = event.type === 'measure' ? anyMeasure.safeParse(event.measure).data : undefined;
  if (measure === undefined) return false;
  return !MEASURES.has(measure.name) || (typeof measure.rule === 'string' && !RULES.has(measure.rule));
}
