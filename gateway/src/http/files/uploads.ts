import { UPLOAD_OFFSET_HEADER, WORKSPACE_ROUTES } from '@claude-webui/protocol';
import type { Express, Request, Response } from 'express';
import { bodyAs } from '../../runner-link/workspace';
import { by } from '../actor';
import { bodyOf, pathPart, readJson } from '../input';
import { resource } from '../resource';
import { encodePath } from './path';
import type { FilesParts } from './reach';
import { reach } from './reach';
import * as schemas from './schemas';
import { sendBody, sendHead } from './send';

/** `/api/v1/sessions/:id/uploads`: files that come in pieces, and go on after a cut. */
export function serveUploads(app: Express, parts: FilesParts): void {
  resource(app, '/api/v1/sessions/:id/uploads', {
    post: [readJson, (request, response) => begin(parts, request, response)],
  });
  resource(app, '/api/v1/sessions/:id/uploads/:uploadId', {
    get: [(request, response) => lookAt(parts, request, response)],
    patch: [(request, response) => append(parts, request, response)],
    delete: [async (request, response) => sendHead(await reachUpload(parts, request, response), response)],
  });
}

async function begin(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'writes', () => ({
    method: 'POST',
    path: WORKSPACE_ROUTES.uploads,
    body: { json: bodyOf(request, schemas.newUploadBody) },
  }));
  const upload = await bodyAs(answer, schemas.fileUpload);
  response
    .status(201)
    .location(`/api/v1/sessions/${pathPart(request, 'id')}/uploads/${upload.id}`)
    .json(upload);
}

async function lookAt(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reachUpload(parts, request, response);
  if (request.method === 'HEAD') sendHead(answer, response);
  else await sendBody(answer, response, schemas.fileUpload);
}

async function append(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reachUpload(parts, request, response, request);
  // Not the last piece.
  if (answer.headers[UPLOAD_OFFSET_HEADER] !== undefined) return sendHead(answer, response);
  const { path, size: bytes } = await sendBody(answer, response, schemas.storedFile);
  parts.audit.record({ event: 'file.uploaded', ...by(request, response), path: encodePath(path), bytes });
}

/** All of an upload is for those who may write: even asking how far it is ends a piece that is on its way. */
function reachUpload(parts: FilesParts, request: Request, response: Response, body?: Request) {
  return reach(parts, request, response, 'writes', () => ({
    method: request.method,
    path: `${WORKSPACE_ROUTES.uploads}/${encodeURIComponent(pathPart(request, 'uploadId'))}`,
    ...(body === undefined ? {} : { body }),
  }));
}
