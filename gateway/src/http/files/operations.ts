import type { Operation } from '../operation';
import * as schemas from './schemas';

/** What happens to a session's files only while it runs, and only while its runner can be reached. */
const OF_RUNNER = [404, 409, 410, 500, 502, 503];

/** Path → method → operation. */
export const FILE_OPERATIONS: Record<string, Record<string, Operation>> = {
  '/api/v1/sessions/{id}/files/{path}': {
    get: {
      summary: 'Download a file, or a folder with `archive`; without it, list a folder',
      query: schemas.filesQuery,
      headers: {
        Range: 'One range of bytes of a file.',
        'If-Range': 'ETag or date of the version of which the range is wanted.',
        'If-None-Match': 'ETags that are known already, of files and of listings.',
        'If-Modified-Since': 'Date of the version that is known already.',
      },
      answer: [200, ['bytes', 'FileListing']],
      orAnswer: [206, 'bytes'],
      more: [[304, null]],
      problems: [...OF_RUNNER, 413, 416],
      byLink: true,
    },
    head: {
      summary: 'What `get` would say of a file or folder, without its content',
      query: schemas.filesQuery,
      answer: [200, null],
      more: [[304, null]],
      problems: OF_RUNNER,
      byLink: true,
    },
    put: {
      summary:
        'Write a file as a whole, and the folders that it lies in; one that it replaces hands on its permissions',
      headers: {
        'If-None-Match': '`*`: only if there is none of this name.',
        'If-Match': 'Only if the file is still this version.',
      },
      body: 'bytes',
      answer: [201, 'StoredFile'],
      orAnswer: [200, 'StoredFile'],
      problems: [...OF_RUNNER, 412, 413, 507],
    },
    delete: {
      summary: 'Delete a file or an empty folder; with `recursive`, a folder with all that is in it',
      query: schemas.deleteQuery,
      answer: [204, null],
      problems: OF_RUNNER,
    },
  },
  '/api/v1/sessions/{id}/folders': {
    post: {
      summary: 'Make a folder, and those that it lies in',
      body: schemas.newFolderBody,
      answer: [201, 'FilePlace'],
      problems: [...OF_RUNNER, 415, 507],
    },
  },
  '/api/v1/sessions/{id}/moves': {
    post: {
      summary: 'Rename or move a file or folder',
      body: schemas.fileMoveBody,
      answer: [200, 'FilePlace'],
      problems: [...OF_RUNNER, 415, 507],
    },
  },
  '/api/v1/sessions/{id}/uploads': {
    post: {
      summary: 'Begin an upload in pieces; what could not be finished is refused now',
      body: schemas.newUploadBody,
      answer: [201, 'FileUpload'],
      problems: [...OF_RUNNER, 413, 415, 507],
    },
  },
  '/api/v1/sessions/{id}/uploads/{uploadId}': {
    get: { summary: 'How far an upload is', answer: [200, 'FileUpload'], problems: OF_RUNNER },
    head: { summary: 'The same in `Upload-Offset` and `Upload-Length`', answer: [204, null], problems: OF_RUNNER },
    patch: {
      summary: 'Send a piece; after the last the file is in its place',
      headers: { 'Upload-Offset': 'Where the piece begins. Required.' },
      body: 'bytes',
      answer: [204, null],
      orAnswer: [201, 'StoredFile'],
      more: [[200, 'StoredFile']],
      problems: [...OF_RUNNER, 507],
    },
    delete: { summary: 'Give an upload up', answer: [204, null], problems: OF_RUNNER },
  },
  '/api/v1/sessions/{id}/file-lookup': {
    get: {
      summary: 'What a path leads to that a program has printed: absolute or not, with or without a line number',
      query: schemas.lookupQuery,
      answer: [200, 'FileLookup'],
      problems: OF_RUNNER,
    },
  },
  '/api/v1/sessions/{id}/file-changes': {
    post: {
      summary: 'Wait until one of some folders is not as its listing was; answered after 25 seconds at the latest',
      body: schemas.seenFoldersBody,
      answer: [200, 'FileChanges'],
      problems: [...OF_RUNNER, 415],
    },
  },
  '/api/v1/sessions/{id}/file-links': {
    post: {
      summary: 'For browsers: let links to this session’s files be opened for five minutes, by a cookie',
      answer: [204, null],
      problems: [404],
    },
  },
};
