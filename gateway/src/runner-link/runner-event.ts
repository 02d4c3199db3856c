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
      activity: z.preprocess(renamedActivity, z.enum(ACTIVITIES)),
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
      reason: z.enum(SESSION_END_REASONS),
      exitCode: z.int().nullable(),
      detail: z.string().max(MAX_TEXT).exactOptional(),
    }),
  }),
]);

/** What a runner says on a control link; null if it is nothing that a runner says. */
export function parseRunnerEvent(text: string): RunnerEvent | null {
  return runnerEvent.safeParse(jsonIn(text)).data ?? null;
}
