import type { ModelAccess } from './model-hop';
import { PLACEHOLDER_TOKEN } from './model-hop';

/** What a bind says of model calls, and what it says to the CLI. */
export function splitEnvironment(env: Record<string, string>): {
  model: ModelAccess | null;
  rest: Record<string, string>;
} {
  const { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token, ...rest } = env;
  return url === undefined || token === undefined ? { model: null, rest: env } : { model: { url, token }, rest };
}

/** The CLI's environment: nothing in it is worth taking along. @param hopUrl null where the CLI finds its own way to a model */
export function cliEnvironment(
  template: Record<string, string>,
  hopUrl: string | null,
  rest: Record<string, string>,
): Record<string, string> {
  const model = hopUrl === null ? {} : { ANTHROPIC_BASE_URL: hopUrl, ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_TOKEN };
  return { ...template, ...model, ...rest };
}

/** Whether a CLI started with the one could as well have been started with the other. */
export function sameEnvironment(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
