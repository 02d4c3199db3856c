/** Parsing of what requests carry. */
import type { Request } from 'express';
import { json } from 'express';
import type * as z from 'zod';
import type { AppError } from '../errors';
import { problem } from '../errors';

const MAX_BODY_BYTES = 64 * 1024;

/** Reads a JSON body. Used per route: files are streamed, whatever their type. */
export const readJson = json({ limit: MAX_BODY_BYTES, inflate: false });

/** @throws AppError validation-failed, unsupported-media-type */
export function bodyOf<T>(request: Request, schema: z.ZodType<T>): T {
  // Also keeps foreign pages out: a form cannot send JSON.
  const isNothing = request.headers['content-length'] === '0';
  if (!isNothing && request.is('application/json') === false) throw problem('unsupported-media-type');
  return parsed(schema, request.body);
}

/** @throws AppError validation-failed */
export function queryOf<T>(request: Request, schema: z.ZodType<T>): T {
  return parsed(schema, request.query);
}

/** Whatever the values, which are the operation's to read once it knows who asks. @throws AppError validation-failed, if a field is not in the schema */
export function refuseOtherFields(request: Request, schema: z.ZodType): void {
  const issues = schema.safeParse(request.query).error?.issues ?? [];
  const others = issues.filter(({ code }) => code === 'unrecognized_keys');
  if (others.length > 0) throw refusal(others);
}

/** A parameter of the route's path. */
export function pathPart(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw refusal(result.error.issues);
}

function refusal(issues: readonly z.core.$ZodIssue[]): AppError {
  const places = issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  return problem('validation-failed', places.join('; '));
}
