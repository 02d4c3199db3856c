import type { Operations } from '../operation';
import * as schemas from './schemas';

/** What happens to a session's files only while it runs, and only while its runner can be reached. */
const OF_RUNNING = [404, 409, 410, 503] as const;
const OF_RUNNER = [...OF_RUNNING, 502] as const;
const READERS = ['accessToken', 'fileLink'] as const;

export const FILE_OPERATIONS = {
  '/api/v1/sessions/:id/files{/*path}': {
    get: {
      summary: 'Download a file, or a folder with `archive`; without it, list a folder',
      query: schemas.filesQuery,
      headers: schemas.readHeaders,
      answers: { 200: ['bytes', 'FileListing'], 206: 'bytes', 304: null },
      problems: [...OF_RUNNER, 413, 416],
      credentials: READERS,
    },
    head: {
      summary: 'What `get` would say of a file or folder, without its content',
      query: schemas.filesQuery,
      answers: { 200: null, 304: null },
      problems: OF_RUNNER,
      credentials: READERS,
    },
    put: {
      summary:
        'Write a file as a whole, and the folders that it lies in; one that it replaces hands on its permissions',
      headers: schemas.writeHeaders,
      body: 'bytes',
      answers: { 201: 'StoredFile', 200: 'StoredFile' },
      problems: [...OF_RUNNER, 412, 413, 507],
    },
    delete: {
      summary: 'Delete a file or an empty folder; with `recursive`, a folder with all that is in it',
      query: schemas.deleteQuery,
      answers: { 204: null },
      problems: OF_RUNNER,
    },
  },
  '/api/v1/sessions/:id/folders': {
    post: {
      summary: 'Make a folder, and those that it lies in',
      body: schemas.newFolderBody,
      answers: { 201: 'FilePlace' },
      problems: [...OF_RUNNER, 507],
    },
  },
  '/api/v1/sessions/:id/moves': {
    post: {
      summary: 'Rename or move a file or folder',
      body: schemas.fileMoveBody,
      answers: { 200: 'FilePlace' },
      problems: [...OF_RUNNER, 507],
    },
  },
  '/api/v1/sessions/:id/uploads': {
    post: {
      summary: 'Begin an upload in pieces; what could not be finished is refused now',
      body: schemas.newUploadBody,
      answers: { 201: 'FileUpload' },
      problems: [...OF_RUNNER, 507],
    },
  },
  '/api/v1/sessions/:id/uploads/:uploadId': {
    get: { summary: 'How far an upload is', answers: { 200: 'FileUpload' }, problems: OF_RUNNER },
    head: { summary: 'The same in `Upload-Offset` and `Upload-Length`', answers: { 204: null }, problems: OF_RUNNER },
    patch: {
      summary: 'Send a piece; after the last the file is in its place',
      headers: schemas.pieceHeaders,
      body: 'bytes',
      answers: { 204: null, 201: 'StoredFile', 200: 'StoredFile' },
      problems: [...OF_RUNNER, 507],
    },
    delete: { summary: 'Give an upload up', answers: { 204: null }, problems: OF_RUNNER },
  },
  '/api/v1/sessions/:id/file-lookup': {
    get: {
      summary: 'What a path leads to that a program has printed: absolute or not, with or without a line number',
      query: schemas.lookupQuery,
      answers: { 200: 'FileLookup' },
      problems: OF_RUNNER,
    },
  },
  '/api/v1/sessions/:id/file-changes': {
    post: {
      summary: 'Wait until one of some folders is not as its listing was; answered after 25 seconds at the latest',
      body: schemas.seenFoldersBody,
      answers: { 200: 'FileChanges' },
      problems: OF_RUNNER,
    },
  },
  '/api/v1/sessions/:id/file-links': {
    post: {
      summary: 'For browsers: let links to this session’s files be opened for five minutes, by a cookie',
      answers: { 204: null },
      problems: OF_RUNNING,
    },
  },
} as const satisfies Operations;
