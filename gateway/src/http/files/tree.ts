import { WORKSPACE_ROUTES } from '@claude-webui/protocol';
import type { Express, Request, Response } from 'express';
import { by } from '../actor';
import { bodyOf, queryOf, readJson } from '../input';
import { resource } from '../resource';
import { encodePath } from './path';
import type { FilesParts } from './reach';
import { reach } from './reach';
import * as schemas from './schemas';
import { sendBody } from './send';

/** Answered when something happens, or after a while. */
export const FILE_CHANGES_ROUTE = '/api/v1/sessions/:id/file-changes';

/** Folders and moves; where a printed path leads; what has changed. */
export function serveTree(app: Express, parts: FilesParts): void {
  resource(app, '/api/v1/sessions/:id/folders', {
    post: [readJson, (request, response) => makeFolder(parts, request, response)],
  });
  resource(app, '/api/v1/sessions/:id/moves', {
    post: [readJson, (request, response) => move(parts, request, response)],
  });
  resource(app, '/api/v1/sessions/:id/file-lookup', {
    get: [(request, response) => lookUp(parts, request, response)],
  });
  resource(app, FILE_CHANGES_ROUTE, {
    post: [readJson, (request, response) => awaitChanges(parts, request, response)],
  });
}

async function makeFolder(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'writes', () => ({
    method: 'POST',
    path: WORKSPACE_ROUTES.folders,
    body: { json: bodyOf(request, schemas.newFolderBody) },
  }));
  const { path } = await sendBody(answer, response, schemas.filePlace);
  parts.audit.record({ event: 'file.folder-made', ...by(request, response), path: encodePath(path) });
}

async function move(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'writes', () => ({
    method: 'POST',
    path: WORKSPACE_ROUTES.moves,
    body: { json: bodyOf(request, schemas.fileMoveBody) },
  }));
  await sendBody(answer, response, schemas.filePlace);
  const { from, to } = bodyOf(request, schemas.fileMoveBody);
  parts.audit.record({ event: 'file.moved', ...by(request, response), path: encodePath(from), to: encodePath(to) });
}

async function lookUp(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'reads', () => ({
    method: 'GET',
    path: WORKSPACE_ROUTES.lookup,
    query: queryOf(request, schemas.lookupQuery),
  }));
  await sendBody(answer, response, schemas.fileLookup);
}

async function awaitChanges(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'reads', () => ({
    method: 'POST',
    path: WORKSPACE_ROUTES.changes,
    body: { json: bodyOf(request, schemas.seenFoldersBody) },
  }));
  await sendBody(answer, response, schemas.fileChanges);
}
