/** The CustomResourceDefinitions, computed from the schemas beside this file. `npm run generate` writes them as YAML. */
import { z } from 'zod';
import { claudeSessionSpecSchema, claudeSessionStatusSchema } from './claude-session';
import { ANNOTATIONS, API_GROUP, API_VERSION, SCHEMA_VERSION } from './labels';
import { sessionTemplateSpecSchema, sessionTemplateStatusSchema } from './session-template';

type Json = Record<string, unknown>;

interface PrinterColumn {
  name: string;
  type: 'string' | 'date' | 'integer';
  jsonPath: string;
  description: string;
  /** Columns above 0 are shown by `-o wide` only. */
  priority?: number;
}

interface Resource {
  kind: string;
  plural: string;
  shortNames: string[];
  description: string;
  spec: z.ZodType;
  status: z.ZodType;
  columns: PrinterColumn[];
}

const condition = (type: string) => `.status.conditions[?(@.type=="${type}")].status`;
/** Names become values of labels, of at most 63 characters, and parts of names of pods. */
const NAME_MAX = 50;
const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the creation.',
};

const CLAUDE_SESSION: Resource = {
  kind: 'ClaudeSession',
  plural: 'claudesessions',
  // kubectl gives "cs" to the old ComponentStatus first and says so in a warning; "ccs" is nobody else's.
  shortNames: ['cs', 'ccs'],
  description: "A person's terminal with Claude Code in it: one pod, one workspace. Its name is the id of the session.",
  spec: claudeSessionSpecSchema,
  status: claudeSessionStatusSchema,
  columns: [
    { name: 'Owner', type: 'string', jsonPath: '.spec.ownerName', description: 'Who the session belongs to.' },
    { name: 'Template', type: 'string', jsonPath: '.spec.templateRef.name', description: 'Its SessionTemplate.' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'The session in one word.' },
    { name: 'Ready', type: 'string', jsonPath: condition('Ready'), description: 'Whether a browser can attach.' },
    {
      name: 'Waiting',
      type: 'string',
      jsonPath: condition('WaitingForInput'),
      description: 'Whether Claude waits for the person.',
    },
    { name: 'Idle', type: 'date', jsonPath: '.status.lastActivityTime', description: 'Time since the last activity.' },
    AGE,
    { name: 'Reason', type: 'string', jsonPath: '.status.reason', description: 'Why it is in its phase.', priority: 1 },
    { name: 'Owner-Id', type: 'string', jsonPath: '.spec.owner', description: 'Id of the owner.', priority: 1 },
    { name: 'Pod', type: 'string', jsonPath: '.status.podName', description: 'The pod it runs in.', priority: 1 },
    { name: 'Start', type: 'string', jsonPath: '.status.startKind', description: 'Warm or Cold.', priority: 1 },
    { name: 'Message', type: 'string', jsonPath: '.status.message', description: 'The reason in words.', priority: 1 },
  ],
};

const SESSION_TEMPLATE: Resource = {
  kind: 'SessionTemplate',
  plural: 'sessiontemplates',
  shortNames: ['st'],
  description: 'What the pods of sessions look like, and how many of them wait warm for the next session.',
  spec: sessionTemplateSpecSchema,
  status: sessionTemplateStatusSchema,
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Image of the pods.' },
    { name: 'Workspace', type: 'string', jsonPath: '.spec.workspace.kind', description: 'Ephemeral or Persistent.' },
    {
      name: 'Accepted',
      type: 'string',
      jsonPath: condition('Accepted'),
      description: 'Whether sessions can be made from it.',
    },
    { name: 'Warm', type: 'integer', jsonPath: '.status.warmPool.ready', description: 'Pods that can be taken.' },
    { name: 'Desired', type: 'integer', jsonPath: '.spec.warmPool.size', description: 'Pods that are to wait.' },
    AGE,
  ],
};

/** What zod adds that a structural schema may not have, and what it lacks. */
function structural(schema: Json): void {
  delete schema['$schema'];
  // Unknown fields are pruned by the API server; "false" is not allowed beside properties, and unknown values say it elsewhere.
  if (schema['additionalProperties'] === false || schema['x-kubernetes-preserve-unknown-fields'] === true)
    delete schema['additionalProperties'];
  delete schema['propertyNames'];
  if (schema['x-kubernetes-int-or-string'] === true) delete schema['anyOf'];
  if (schema['type'] === 'integer') {
    schema['format'] = 'int64';
    if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
    if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  }
}

/** OpenAPI v3 as CustomResourceDefinitions take it; as a client writes it, so that defaults are optional. */
export function openApiSchema(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => structural(jsonSchema as Json),
  });
}

function definition(resource: Resource): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${resource.plural}.${API_GROUP}`,
      annotations: { [ANNOTATIONS.schemaVersion]: String(SCHEMA_VERSION) },
    },
    spec: {
      group: API_GROUP,
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.kind.toLowerCase(),
        shortNames: resource.shortNames,
        categories: ['claude-webui'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: resource.columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: resource.description,
              required: ['spec'],
              'x-kubernetes-validations': [
                {
                  rule: `self.metadata.name.size() <= ${NAME_MAX}`,
                  message: `The name of a ${resource.kind} has at most ${NAME_MAX} characters.`,
                },
              ],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: openApiSchema(resource.spec),
                status: openApiSchema(resource.status),
              },
            },
          },
        },
      ],
    },
  };
}

/** File name → object. */
export const customResourceDefinitions = (): Record<string, Json> => ({
  'claudesessions.yaml': definition(CLAUDE_SESSION),
  'sessiontemplates.yaml': definition(SESSION_TEMPLATE),
});
