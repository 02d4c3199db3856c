/** `/api/v1/openapi.json`: the REST API described, from the schemas that check it. */
import type { Express } from 'express';
import * as z from 'zod';
import { FILE_LINK_COOKIE } from './files/link-cookie';
import { FILE_OPERATIONS } from './files/operations';
import type { Content, Operation } from './operation';
import { COMPONENTS } from './operation';
import { resource } from './resource';
import * as schemas from './schemas';

const reference = (name: keyof typeof COMPONENTS) => ({ $ref: `#/components/schemas/${name}` });

const withoutDraft = ({ $schema: _draft, ...rest }: { $schema?: unknown }): object => rest;
const jsonSchema = (schema: z.core.$ZodType, io: 'input' | 'output') => withoutDraft(z.toJSONSchema(schema, { io }));

/** Path → method → operation. */
const OPERATIONS: Record<string, Record<string, Operation>> = {
  ...FILE_OPERATIONS,
  '/health': { get: { summary: 'Whether the process is alive', answer: [200, 'Status'], open: true } },
  '/ready': { get: { summary: 'Whether it can serve', answer: [200, 'Status'], problems: [503], open: true } },
  '/auth/methods': { get: { summary: 'How people sign in here', answer: [200, 'Methods'], open: true } },
  '/auth/oidc/login': {
    get: {
      summary: 'For browsers: leads to the OpenID provider, or to the sign-in page with `?error=` and a code',
      answer: [302, null],
      orAnswer: [303, null],
      problems: [404, 503],
      open: true,
    },
  },
  '/auth/oidc/callback': {
    get: {
      summary: 'Where the provider sends browsers: leads to the page, signed in or with `?error=` and a code',
      answer: [303, null],
      problems: [404, 503],
      open: true,
    },
  },
  '/auth/login': {
    post: {
      summary: 'Sign in; also sets the refresh cookie',
      body: schemas.loginBody,
      answer: [200, 'SignedIn'],
      problems: [415, 503],
      open: true,
    },
  },
  '/auth/refresh': {
    post: {
      summary: 'A fresh access token for the refresh cookie',
      answer: [200, 'SignedIn'],
      open: true,
    },
  },
  '/auth/logout': {
    post: {
      summary: 'End the sign-in: its tokens and open sockets',
      answer: [204, null],
      orAnswer: [200, 'SignedOut'],
      open: true,
    },
  },
  '/auth/me': { get: { summary: 'Who is signed in', answer: [200, 'Me'] } },
  '/auth/password': {
    post: {
      summary: 'Change the password; ends all other sign-ins and begins a new one',
      body: schemas.passwordBody,
      answer: [200, 'SignedIn'],
      problems: [415, 503],
    },
  },
  '/api/v1/sessions': {
    get: {
      summary: 'Sessions, newest first; with `all`, everybody’s (administrators)',
      query: schemas.listQuery,
      answer: [200, 'SessionList'],
    },
    post: {
      summary: 'Start a session',
      body: schemas.createBody,
      answer: [201, 'Session'],
      problems: [403, 409, 415, 503],
    },
  },
  '/api/v1/sessions/{id}': {
    get: { summary: 'One session', answer: [200, 'Session'], problems: [404] },
    patch: { summary: 'Rename a session', body: schemas.renameBody, answer: [200, 'Session'], problems: [404, 415] },
    delete: { summary: 'End a session; answered when nothing of it is left', answer: [204, null], problems: [404] },
  },
  '/api/v1/sessions/{id}/shares': {
    get: { summary: 'Read-only links that are valid', answer: [200, 'ShareList'], problems: [404] },
    post: {
      summary: 'Make a read-only link',
      body: schemas.shareBody,
      answer: [201, 'NewShare'],
      problems: [404, 409, 410, 415],
    },
  },
  '/api/v1/sessions/{id}/shares/{shareId}': {
    delete: { summary: 'Take a link back; who watches by it is cut off', answer: [204, null], problems: [404] },
  },
  '/api/v1/admin/users': {
    get: { summary: 'Everybody who may sign in by password (administrators)', answer: [200, 'UserList'] },
    post: {
      summary: 'Add a user, with a made-up password (administrators)',
      body: schemas.newUserBody,
      answer: [201, 'NewUser'],
      problems: [409, 415],
    },
  },
  '/api/v1/admin/users/{id}': {
    patch: {
      summary: 'Disable a user, who is signed out at once, or enable one (administrators)',
      body: schemas.disableBody,
      answer: [200, 'User'],
      problems: [404, 409, 415],
    },
  },
  '/api/v1/admin/users/{id}/password': {
    post: {
      summary: 'Make up a new password, which signs the user out (administrators)',
      answer: [200, 'NewPassword'],
      problems: [404, 409],
    },
  },
  '/api/v1/admin/notices': {
    post: {
      summary: 'Tell everybody who is connected something (administrators)',
      body: schemas.noticeBody,
      answer: [204, null],
      problems: [415],
    },
  },
};

/** What any operation may be refused with. */
const COMMON_PROBLEMS = [400, 401, 403, 429];

function described(operation: Operation, path: string) {
  const { summary, query, headers, body, problems = [] } = operation;
  const refusals = [...new Set([...COMMON_PROBLEMS, ...problems])].sort((a, b) => a - b);
  return {
    summary,
    ...securityOf(operation),
    parameters: [...pathParameters(path), ...queryParameters(query), ...headerParameters(headers)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyContent(body) } }),
    responses: {
      ...Object.fromEntries(refusals.map((code) => [code, { $ref: '#/components/responses/Problem' }])),
      ...Object.fromEntries(answersOf(operation)),
    },
  };
}

function securityOf({ open, byLink }: Operation) {
  if (open === true) return {};
  return { security: [{ accessToken: [] }, ...(byLink === true ? [{ fileLink: [] }] : [])] };
}

/** Status → what comes with it. */
function answersOf({ answer, orAnswer, more = [] }: Operation): [number, object][] {
  const described = [answer, ...(orAnswer === undefined ? [] : [orAnswer]), ...more];
  return described.map(([status, content]) => [
    status,
    { description: DESCRIPTIONS[status] ?? 'Done', ...contentOf(content) },
  ]);
}

const DESCRIPTIONS: Partial<Record<number, string>> = { 206: 'The part that was asked for', 304: 'As it is known' };

const BYTES = { schema: { type: 'string', format: 'binary' } };

function contentOf(content: Content): { content?: object } {
  if (content === null) return {};
  const all = Array.isArray(content) ? content : [content];
  return { content: Object.fromEntries(all.flatMap(mediaTypes)) };
}

/** Media type → what of it comes. */
function mediaTypes(content: 'bytes' | keyof typeof COMPONENTS): [string, object][] {
  if (content !== 'bytes') return [['application/json', { schema: reference(content) }]];
  return ['application/octet-stream', 'application/gzip'].map((type) => [type, BYTES]);
}

function bodyContent(body: NonNullable<Operation['body']>): object {
  if (body === 'bytes') return { 'application/octet-stream': BYTES };
  return { 'application/json': { schema: jsonSchema(body, 'input') } };
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

function queryParameters(query: z.ZodObject<Record<string, z.ZodType>> | undefined) {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !schema.safeParse(undefined).success,
    schema: jsonSchema(schema, 'input'),
  }));
}

function headerParameters(headers: Record<string, string> = {}) {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

/** An OpenAPI 3.1 document. */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: { title: 'Claude Code WebUI', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: Object.fromEntries(
      Object.entries(OPERATIONS).map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(operation, path)])),
      ]),
    ),
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        fileLink: { type: 'apiKey', in: 'cookie', name: FILE_LINK_COOKIE },
      },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonSchema(schema, 'output')]),
      ),
      responses: {
        Problem: {
          description: 'Why not (RFC 9457)',
          content: { 'application/problem+json': { schema: reference('Problem') } },
        },
      },
    },
  };
}

export function serveOpenApi(app: Express): void {
  const document = openApiDocument();
  resource(app, '/api/v1/openapi.json', { get: [(_request, response) => void response.json(document)] });
}
