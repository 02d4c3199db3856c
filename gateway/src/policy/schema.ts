/** What a policy file may say. Every part may be left out: what is not said is as in the part before (policy.ts). */
import { INPUT_SEQUENCES, OUTPUT_SEQUENCES } from '@claude-webui/protocol';
import * as z from 'zod';
import { reservedOptionIn } from './arguments';

const MAX_ENTRIES = 500;
const verdict = z.enum(['allow', 'deny'], { error: 'must be allow or deny' });
const verdicts = <K extends string>(kinds: readonly K[]) =>
  z.strictObject(
    Object.fromEntries(kinds.map((kind) => [kind, verdict.optional()])) as {
      [Kind in K]: z.ZodOptional<typeof verdict>;
    },
  );

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const list = <T extends z.ZodType>(entry: T) => z.array(entry).max(MAX_ENTRIES);

const argument = z.string().min(1, 'must not be empty').max(500);
const claudeArgument = argument.refine((pattern) => reservedOptionIn(pattern) === null, {
  error: ({ input }) =>
    `must not name ${reservedOptionIn(String(input)) ?? ''}: the server sets it by itself, or it would undo the policy`,
});
/** `.`, `..` and `//` could hide where it leads. */
const programPath = z
  .string()
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/, 'must be an absolute path without . and .. and double slashes');

/** `Tool` or `Tool(what)`, as Claude Code writes its permission rules. */
const permissionRule = z
  .string()
  .regex(/^[A-Za-z][\w*-]*(?:\(.+\))?$/s, 'must be a rule such as Bash(curl:*), Read(./secrets/**) or WebFetch');
const switchedOff = z.literal('disable', { error: 'must be disable; leave it out otherwise' });

/** Claude Code's own settings. A key that it does not know it ignores without a word, so only those that work are taken. */
const claudeCode = z.strictObject({
  permissions: z
    .strictObject({
      allow: list(permissionRule).optional(),
      ask: list(permissionRule).optional(),
      deny: list(permissionRule).optional(),
      defaultMode: z
        .enum(['default', 'acceptEdits', 'plan', 'dontAsk'], {
          error: 'must be one of default, acceptEdits, plan, dontAsk',
        })
        .optional(),
      disableBypassPermissionsMode: switchedOff.optional(),
      denyInsteadOfPrompting: z.boolean().optional(),
    })
    .optional(),
  disableAutoMode: switchedOff.optional(),
  allowManagedPermissionRulesOnly: z.boolean().optional(),
  allowManagedHooksOnly: z.boolean().optional(),
  model: z.string().optional(),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable'), z.string()).optional(),
  hooks: z.record(z.string(), z.array(z.unknown())).optional(),
  /** Goes into the settings as it is: for what this list does not know yet. */
  other: z.record(z.string(), z.json()).optional(),
});

const rules = z.strictObject({
  programs: z
    .strictObject({
      claude: z.strictObject({ arguments: list(claudeArgument).optional() }).optional(),
      others: list(z.strictObject({ path: programPath, arguments: list(argument).optional() })).optional(),
    })
    .optional(),
  claudeCode: claudeCode.optional(),
  sequences: z
    .strictObject({
      output: verdicts(OUTPUT_SEQUENCES).optional(),
      input: verdicts(INPUT_SEQUENCES).optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      lineBytes: wholeNumber(0, 16_777_216).optional(),
      messagesPerSecond: wholeNumber(10, 1_000_000).optional(),
      inputBytesPerSecond: wholeNumber(1024, 1_073_741_824).optional(),
    })
    .optional(),
});

export const policyFile = z.strictObject({
  version: z.literal(1, { error: 'must be 1' }),
  everyone: rules.optional(),
  roles: z.strictObject({ viewer: rules.optional(), user: rules.optional(), admin: rules.optional() }).optional(),
});

export type PolicyFileContent = z.infer<typeof policyFile>;
export type RoleSection = z.infer<typeof rules>;
