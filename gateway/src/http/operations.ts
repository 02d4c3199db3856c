/**
 * The REST API as a table. The OpenAPI document is made from it, and what serves a route (resource.ts) has to serve just the
 * methods that are here.
 */
import { FILE_OPERATIONS } from './files/operations';
import type { Operations } from './operation';
import * as schemas from './schemas';

/** Needs the session directory, which may be in Redis. */
const OF_DIRECTORY = [503] as const;
/** Of one session, which there has to be. */
const OF_SESSION = [404, 503] as const;

export const OPERATIONS = {
  '/health': { get: { summary: 'Whether the process is alive', answers: { 200: 'Status' }, credentials: ['none'] } },
  '/ready': {
    get: { summary: 'Whether it can serve', answers: { 200: 'Status' }, problems: [503], credentials: ['none'] },
  },
  '/metrics': {
    get: { summary: 'What Prometheus scrapes, inside the network', answers: { 200: 'text' }, credentials: ['none'] },
  },
  '/auth/methods': {
    get: { summary: 'How people sign in here', answers: { 200: 'Methods' }, credentials: ['none'] },
  },
  '/auth/oidc/login': {
    get: {
      summary: 'For browsers: leads to the OpenID provider, or to the sign-in page with `?error=` and a code',
      answers: { 302: null, 303: null },
      problems: [404, 503],
      credentials: ['none'],
    },
  },
  '/auth/oidc/callback': {
    get: {
      summary: 'Where the provider sends browsers: leads to the page, signed in or with `?error=` and a code',
      query: schemas.providerQuery,
      answers: { 303: null },
      problems: [401, 404, 503],
      credentials: ['none'],
    },
  },
  '/auth/login': {
    post: {
      summary: 'Sign in; also sets the refresh cookie',
      body: schemas.loginBody,
      answers: { 200: 'SignedIn' },
      problems: [401, 503],
      credentials: ['none'],
    },
  },
  '/auth/refresh': {
    post: {
      summary: 'A fresh access token for the refresh cookie',
      answers: { 200: 'SignedIn' },
      credentials: ['refreshCookie'],
    },
  },
  '/auth/logout': {
    post: {
      summary: 'End the sign-in: its tokens and open sockets',
      answers: { 204: null, 200: 'SignedOut' },
      credentials: ['accessToken', 'refreshCookie', 'none'],
    },
  },
  '/auth/me': { get: { summary: 'Who is signed in', answers: { 200: 'Me' } } },
  '/auth/password': {
    post: {
      summary: 'Change the password; ends all other sign-ins and begins a new one',
      body: schemas.passwordBody,
      answers: { 200: 'SignedIn' },
      problems: [409, 503],
    },
  },
  '/api/v1/openapi.json': {
    get: { summary: 'This document', answers: { 200: 'Document' }, credentials: ['none'] },
  },
  '/api/v1/sessions': {
    get: {
      summary: 'Sessions, newest first; with `all`, everybody’s (administrators)',
      query: schemas.listQuery,
      answers: { 200: 'SessionList' },
      problems: OF_DIRECTORY,
    },
    post: {
      summary: 'Start a session',
      body: schemas.createBody,
      answers: { 201: 'Session' },
      problems: [409, ...OF_DIRECTORY],
    },
  },
  '/api/v1/sessions/:id': {
    get: { summary: 'One session', answers: { 200: 'Session' }, problems: OF_SESSION },
    patch: {
      summary: 'Rename a session that is not over',
      body: schemas.renameBody,
      answers: { 200: 'Session' },
      problems: [...OF_SESSION, 410],
    },
    delete: {
      summary: 'End a session; answered when nothing of it is left',
      answers: { 204: null },
      problems: OF_SESSION,
    },
  },
  '/api/v1/sessions/:id/shares': {
    get: { summary: 'Read-only links that are valid', answers: { 200: 'ShareList' }, problems: OF_SESSION },
    post: {
      summary: 'Make a read-only link to a session that runs',
      body: schemas.shareBody,
      answers: { 201: 'NewShare' },
      problems: [...OF_SESSION, 409, 410],
    },
  },
  '/api/v1/sessions/:id/shares/:shareId': {
    delete: {
      summary: 'Take a link back; who watches by it is cut off',
      answers: { 204: null },
      problems: OF_SESSION,
    },
  },
  ...FILE_OPERATIONS,
  '/api/v1/admin/users': {
    get: { summary: 'Everybody who may sign in by password (administrators)', answers: { 200: 'UserList' } },
    post: {
      summary: 'Add a user, with a made-up password (administrators)',
      body: schemas.newUserBody,
      answers: { 201: 'NewUser' },
      problems: [409],
    },
  },
  '/api/v1/admin/users/:id': {
    patch: {
      summary: 'Disable a user, who is signed out at once, or enable one (administrators)',
      body: schemas.disableBody,
      answers: { 200: 'User' },
      problems: [404, 409],
    },
  },
  '/api/v1/admin/users/:id/password': {
    post: {
      summary: 'Make up a new password, which signs the user out (administrators)',
      answers: { 200: 'NewPassword' },
      problems: [404, 409],
    },
  },
  '/api/v1/admin/notices': {
    post: {
      summary: 'Tell everybody who is connected something (administrators)',
      body: schemas.noticeBody,
      answers: { 204: null },
    },
  },
} as const satisfies Operations;
