/** `/api/v1/admin/*`: the people who may sign in, and word to everybody who is connected. For administrators. */
import { randomUUID } from 'node:crypto';
import type { Notice } from '@claude-webui/protocol';
import type { Express, Request, Response } from 'express';
import type { AuditTrail } from '../audit/audit';
import { randomPassword } from '../auth/password-rule';
import type { Claims } from '../auth/claims';
import type { User, Users } from '../auth/users';
import { problem } from '../errors';
import { by } from './actor';
import type { Authenticate } from './authenticate';
import { bodyOf, pathPart, readJson } from './input';
import { resource } from './resource';
import { disableBody, newUserBody, noticeBody } from './schemas';

export interface AdministrationParts {
  audit: AuditTrail;
  users: Pick<Users, 'keptElsewhere' | 'list' | 'add' | 'setDisabled' | 'changePassword'>;
  /** Tells everybody who is connected, to whichever replica. */
  broadcast: (notice: Notice) => void;
}

export function serveAdministration(app: Express, parts: AdministrationParts, authenticate: Authenticate): void {
  serveUsers(app, parts, authenticate);
  resource(app, '/api/v1/admin/notices', {
    post: [
      readJson,
      (request, response) => {
        const { name: from } = administratorOf(authenticate, request, response);
        const { text } = bodyOf(request, noticeBody);
        const noticeId = randomUUID();
        parts.broadcast({ id: noticeId, text, from, at: new Date().toISOString() });
        parts.audit.record({ event: 'admin.notice-sent', ...by(request, response), noticeId });
        response.status(204).end();
      },
    ],
  });
}

function serveUsers(app: Express, { audit, users }: AdministrationParts, authenticate: Authenticate): void {
  const inTurn = turns();
  const find = (request: Request): User => {
    const user = users.list().find(({ id }) => id === pathPart(request, 'id'));
    if (user === undefined) throw problem('user-not-found');
    return user;
  };
  const changerOf = (request: Request, response: Response): Claims => {
    const administrator = administratorOf(authenticate, request, response);
    if (users.keptElsewhere !== null) throw problem('users-kept-elsewhere', users.keptElsewhere);
    return administrator;
  };

  resource(app, '/api/v1/admin/users', {
    get: [
      (request, response) => {
        administratorOf(authenticate, request, response);
        response.json({ users: users.list().map(shown), keptElsewhere: users.keptElsewhere });
      },
    ],
    post: [
      readJson,
      async (request, response) => {
        changerOf(request, response);
        const { username, role } = bodyOf(request, newUserBody);
        const password = randomPassword();
        const user = await inTurn(() => {
          if (users.list().some((other) => other.username === username)) throw problem('username-taken');
          return users.add(username, role, password);
        });
        audit.record({ event: 'admin.user-added', ...by(request, response), userId: user.id, username, role });
        response.status(201).json({ user: shown(user), password });
      },
    ],
  });
  resource(app, '/api/v1/admin/users/:id', {
    patch: [
      readJson,
      async (request, response) => {
        const administrator = changerOf(request, response);
        const { disabled } = bodyOf(request, disableBody);
        await inTurn(async () => {
          const user = find(request);
          if (disabled) assertSpareable(user, administrator, users.list());
          await users.setDisabled(user.id, disabled);
          const event = disabled ? 'admin.user-disabled' : 'admin.user-enabled';
          audit.record({ event, ...by(request, response), userId: user.id, username: user.username });
        });
        response.json(shown(find(request)));
      },
    ],
  });
  resource(app, '/api/v1/admin/users/:id/password', {
    post: [
      async (request, response) => {
        changerOf(request, response);
        const password = randomPassword();
        const { id: userId, username } = find(request);
        await users.changePassword(userId, password);
        audit.record({ event: 'admin.password-reset', ...by(request, response), userId, username });
        response.json({ password });
      },
    ],
  });
}

/** @throws AppError unauthorized, token-expired, signed-out, administrators-only */
function administratorOf(authenticate: Authenticate, request: Request, response: Response): Claims {
  const { claims } = authenticate(request, response).who;
  if (claims.role !== 'admin') throw problem('administrators-only');
  return claims;
}

/** Somebody has to be left who can undo it. @throws AppError own-account, last-administrator */
function assertSpareable(user: User, administrator: Claims, everybody: readonly User[]): void {
  if (user.id === administrator.sub) throw problem('own-account');
  const others = everybody.filter(({ id, role, disabled }) => role === 'admin' && !disabled && id !== user.id);
  if (user.role === 'admin' && others.length === 0) throw problem('last-administrator');
}

/** Runs changes one after the other, so that each looks at what the one before has left. */
function turns(): <T>(change: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const next = last.then(change, change);
    last = next;
    return next;
  };
}

const shown = ({ id, username, role, disabled }: User) => ({ id, username, role, disabled });
