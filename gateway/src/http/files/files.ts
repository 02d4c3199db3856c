import { WORKSPACE_ROUTES } from '@claude-webui/protocol';
import type { Express, Request, Response } from 'express';
import { by } from '../actor';
import { queryOf } from '../input';
import { resource } from '../resource';
import { allowLinks } from './link-cookie';
import { pathInWorkspace } from './path';
import type { FilesParts } from './reach';
import { reach } from './reach';
import * as schemas from './schemas';
import { isDownload, sendBody, sendDownload, sendHead } from './send';
import { serveUploads } from './uploads';
import { serveTree } from './tree';

/** `/api/v1/sessions/:id/…`: files of a session's workspace, by its runner. */
export function serveFiles(app: Express, parts: FilesParts): void {
  resource(app, '/api/v1/sessions/:id/files{/*path}', {
    get: [(request, response) => getFile(parts, request, response)],
    put: [(request, response) => putFile(parts, request, response)],
    delete: [(request, response) => deleteFile(parts, request, response)],
  });
  resource(app, '/api/v1/sessions/:id/file-links', { post: [allowLinks(parts)] });
  serveUploads(app, parts);
  serveTree(app, parts);
}

async function getFile(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const { method } = request;
  const answer = await reach(parts, request, response, 'reads', () => ({
    method,
    path: pathOf(request),
    query: queryOf(request, schemas.filesQuery),
  }));
  // 304 says nothing new.
  if (method === 'HEAD' || answer.statusCode === 304) return sendHead(answer, response);
  const about = { ...by(request, response), path: pathInWorkspace(request) };
  if (!isDownload(answer)) {
    await sendBody(answer, response, schemas.fileListing);
    parts.audit.record({ event: 'file.listed', ...about });
    return;
  }
  parts.audit.record({ event: 'file.download-started', ...about });
  const { bytes, isWhole } = await sendDownload(answer, response);
  parts.audit.record({ event: isWhole ? 'file.downloaded' : 'file.download-cut', ...about, bytes });
}

async function putFile(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'writes', () => ({
    method: 'PUT',
    path: pathOf(request),
    body: request,
  }));
  const { size: bytes } = await sendBody(answer, response, schemas.storedFile);
  parts.audit.record({ event: 'file.uploaded', ...by(request, response), path: pathInWorkspace(request), bytes });
}

async function deleteFile(parts: FilesParts, request: Request, response: Response): Promise<void> {
  const answer = await reach(parts, request, response, 'writes', () => ({
    method: 'DELETE',
    path: pathOf(request),
    query: queryOf(request, schemas.deleteQuery),
  }));
  sendHead(answer, response);
  parts.audit.record({ event: 'file.deleted', ...by(request, response), path: pathInWorkspace(request) });
}

const pathOf = (request: Request) => `${WORKSPACE_ROUTES.files}/${pathInWorkspace(request)}`;
