/** `/api/v1/openapi.json`: the REST API described, from the table and the schemas that check it. */
import type { Express } from 'express';
import * as z from 'zod';
import { FILE_LINK_COOKIE } from './files/link-cookie';
import type { Content, Credential, Method, Operation, Operations } from './operation';
import { COMPONENTS } from './operation';
import { OPERATIONS } from './operations';
import { resource } from './resource';
import { REFRESH_COOKIE } from './sign-in-cookie';

const reference = (name: keyof typeof COMPONENTS) => ({ $ref: `#/components/schemas/${name}` });

const withoutDraft = ({ $schema: _draft, ...rest }: { $schema?: unknown }): object => rest;
const jsonSchema = (schema: z.core.$ZodType, io: 'input' | 'output') => withoutDraft(z.toJSONSchema(schema, { io }));

/** What any request may be refused with: its query or body, its host or origin, its method. */
const COMMON_PROBLEMS = [400, 403, 405, 500];
/** What is limited in its rate. */
const LIMITED = /^\/(?:api|auth)\//;

/** `/sessions/:id/files{/*path}` is `/sessions/{id}/files/{path}` there. */
export const documentedPath = (route: string): string =>
  route.replace(/\{\/\*(\w+)\}/g, '/{$1}').replace(/:(\w+)/g, '{$1}');

function described(operation: Operation, path: string) {
  const { summary, query, headers, body, credentials = ['accessToken'] } = operation;
  return {
    summary,
    security: credentials.map(securityOf),
    parameters: [...pathParameters(path), ...parametersIn('query', query), ...parametersIn('header', headers)],
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: {
      431: { $ref: '#/components/responses/TooLong' },
      ...Object.fromEntries(problemsOf(operation, path).map((status) => [status, problemOf(status)])),
      ...Object.fromEntries(answersOf(operation)),
    },
  };
}

const securityOf = (credential: Credential) => (credential === 'none' ? {} : { [credential]: [] });

function problemsOf({ body, problems = [], credentials = ['accessToken'] }: Operation, path: string): number[] {
  const statuses = [
    ...COMMON_PROBLEMS,
    ...(LIMITED.test(path) ? [429] : []),
    ...(credentials.includes('none') ? [] : [401]),
    ...(body === undefined || body === 'bytes' ? [] : [413, 415]),
    ...problems,
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

const problemOf = (status: number) => ({
  $ref: `#/components/responses/${RETRIED.has(status) ? 'ProblemForNow' : 'Problem'}`,
});
/** Their answers say when to try again, where that is known. */
const RETRIED = new Set([409, 429, 503]);

/** Status → what comes with it. */
function answersOf({ answers }: Operation): [string, object][] {
  return Object.entries(answers).map(([status, content]) => [
    status,
    { description: DESCRIPTIONS[status] ?? 'Done', ...contentOf(content ?? null) },
  ]);
}

const DESCRIPTIONS: Partial<Record<string, string>> = { 206: 'The part that was asked for', 304: 'As it is known' };

/** Beside the schema of a listing: what could be anything would hide that one from a client that is made from it. */
const BYTES = { schema: { type: 'string', format: 'binary' } };
/** OpenAPI 3.1.0 §4.8.14.2: a media type and no type, so that such a client takes any kind of bytes. */
const SENT_BYTES = { schema: { contentMediaType: 'application/octet-stream' } };

function contentOf(content: Content): { content?: object } {
  if (content === null) return {};
  const all = typeof content === 'string' ? [content] : content;
  return { content: Object.fromEntries(all.flatMap(mediaTypes)) };
}

/** Media type → what of it comes. */
function mediaTypes(content: 'bytes' | 'text' | keyof typeof COMPONENTS): [string, object][] {
  if (content === 'text') return [['text/plain', { schema: { type: 'string' } }]];
  if (content === 'bytes') return ['application/octet-stream', 'application/gzip'].map((type) => [type, BYTES]);
  return [['application/json', { schema: reference(content) }]];
}

function bodyOf(body: NonNullable<Operation['body']>): object {
  // Nothing is an empty file.
  if (body === 'bytes') return { required: false, content: { 'application/octet-stream': SENT_BYTES } };
  const required = !body.safeParse({}).success;
  return { required, content: { 'application/json': { schema: jsonSchema(body, 'input') } } };
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(name === 'path' ? { description: 'Names with `/` between them, each of which may be sent as `%2F`.' } : {}),
    schema: { type: 'string' },
  }));
}

function parametersIn(place: 'query' | 'header', fields: z.ZodObject<Record<string, z.ZodType>> | undefined) {
  return Object.entries(fields?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required: !schema.safeParse(undefined).success,
    // What the text in an address stands for, such as a number.
    schema: jsonSchema(schema, 'output'),
  }));
}

const problemResponse = { content: { 'application/problem+json': { schema: reference('Problem') } } };

/** An OpenAPI 3.1 document. */
export function openApiDocument() {
  const operations: Operations = OPERATIONS;
  return {
    openapi: '3.1.0',
    info: { title: 'Claude Code WebUI', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: Object.fromEntries(
      Object.entries(operations).map(([route, methods]) => {
        const path = documentedPath(route);
        const all = Object.entries(methods) as [Method, Operation][];
        return [path, Object.fromEntries(all.map(([method, operation]) => [method, described(operation, path)]))];
      }),
    ),
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        refreshCookie: { type: 'apiKey', in: 'cookie', name: REFRESH_COOKIE },
        fileLink: { type: 'apiKey', in: 'cookie', name: FILE_LINK_COOKIE },
      },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonSchema(schema, 'output')]),
      ),
      responses: {
        // Node says so before there is a request.
        TooLong: { description: 'The address and the headers are longer than 16 KiB' },
        Problem: { description: 'Why not (RFC 9457)', ...problemResponse },
        ProblemForNow: {
          description: 'Why not (RFC 9457), and when to try again where that is known',
          headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
          ...problemResponse,
        },
      },
    },
  };
}

export function serveOpenApi(app: Express): void {
  const document = openApiDocument();
  resource(app, '/api/v1/openapi.json', { get: [(_request, response) => void response.json(document)] });
}
