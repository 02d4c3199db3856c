/** `/api/v1/openapi.json`: the REST API described, from the schemas that check it. */
import type { Express } from 'express';
import * as z from 'zod';
import { resource } from './resource';
import * as schemas from './schemas';

/** Named schemas of the document. */
const COMPONENTS = {
  Session: schemas.session,
  SessionList: schemas.sessionList,
  Share: schemas.share,
  NewShare: schemas.newShare,
  ShareList: schemas.shareList,
  SignedIn: schemas.signedIn,
  Me: schemas.me,
  Status: schemas.status,
  Problem: schemas.problemDocument,
};

const reference = (name: keyof typeof COMPONENTS) => ({ $ref: `#/components/schemas/${name}` });

const withoutDraft = ({ $schema: _draft, ...rest }: { $schema?: unknown }): object => rest;
const jsonSchema = (schema: z.core.$ZodType, io: 'input' | 'output') => withoutDraft(z.toJSONSchema(schema, { io }));

interface Operation {
  summary: string;
  /** Query, beside the parameters of the path. */
  query?: z.ZodObject<Record<string, z.ZodType>>;
  body?: z.ZodType;
  /** Status of success, and what comes with it; null: nothing, `file`: bytes. */
  answer: [number, keyof typeof COMPONENTS | 'file' | null];
  /** Statuses of the problems that are this operation's own. */
  problems?: number[];
  /** Served without an access token. */
  open?: true;
}

/** Path → method → operation. */
const OPERATIONS: Record<string, Record<string, Operation>> = {
  '/health': { get: { summary: 'Whether the process is alive', answer: [200, 'Status'], open: true } },
  '/ready': { get: { summary: 'Whether it can serve', answer: [200, 'Status'], problems: [503], open: true } },
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
      summary: 'A fresh access token for a valid one or for the refresh cookie',
      answer: [200, 'SignedIn'],
      open: true,
    },
  },
  '/auth/logout': {
    post: { summary: 'End the sign-in: its tokens and open sockets', answer: [204, null], open: true },
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
      problems: [404, 409, 415],
    },
  },
  '/api/v1/sessions/{id}/shares/{shareId}': {
    delete: { summary: 'Take a link back; who watches by it is cut off', answer: [204, null], problems: [404] },
  },
  '/api/v1/sessions/{id}/files/{path}': {
    get: {
      summary: 'Download a file of the workspace, or list a directory',
      answer: [200, 'file'],
      problems: [403, 404, 502, 503],
    },
    put: { summary: 'Upload a file into the workspace', answer: [201, 'file'], problems: [403, 404, 413, 502, 503] },
  },
};

/** What any operation may be refused with. */
const COMMON_PROBLEMS = [400, 401, 403, 429];

function described({ summary, query, body, answer: [status, content], problems = [], open }: Operation, path: string) {
  const refusals = [...new Set([...COMMON_PROBLEMS, ...problems])].sort((a, b) => a - b);
  return {
    summary,
    ...(open === true ? {} : { security: [{ accessToken: [] }] }),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses: {
      ...Object.fromEntries(refusals.map((code) => [code, { $ref: '#/components/responses/Problem' }])),
      [status]: { description: 'Done', ...contentOf(content) },
    },
  };
}

function contentOf(content: Operation['answer'][1]) {
  if (content === null) return {};
  if (content === 'file') return { content: { '*/*': {} } };
  return { content: { 'application/json': { schema: reference(content) } } };
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject<Record<string, z.ZodType>> | undefined) {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema, 'input'),
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
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
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
