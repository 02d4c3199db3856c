/** Files of a session's workspace, as the REST API, its clients and the session-runner speak of them. */

export interface FileEntry {
  name: string;
  /** A link is shown and never followed. `other`: pipes, sockets, devices. */
  kind: 'file' | 'folder' | 'link' | 'other';
  /** Bytes; 0 for what is no file. */
  size: number;
  /** ISO 8601. */
  modifiedAt: string;
  /** Permission bits, octal: `644`. */
  mode: string;
}

/** A place in the workspace. */
export interface FilePlace {
  /** Below the workspace, with `/` between names; empty for the workspace itself. */
  path: string;
  /** Absolute, as programs in the session see it. */
  sessionPath: string;
}

/** One page of a folder, by name. Its ETag tells whether anything in it has changed. */
export interface FileListing extends FilePlace {
  entries: FileEntry[];
  /** There is more: ask again with `after` and the last name. */
  truncated: boolean;
}

/** A file as it is after a write. */
export interface StoredFile extends FilePlace {
  size: number;
  modifiedAt: string;
  mode: string;
}

/** What a path that somebody has read somewhere leads to. */
export interface FileLookup extends FilePlace {
  kind: FileEntry['kind'];
  /** Line that followed the path (`src/a.ts:12`), counted from 1. */
  line?: number;
}

/** An upload in pieces, which may be broken off and gone on with. */
export interface FileUpload extends FilePlace {
  id: string;
  /** Bytes of the whole file. */
  size: number;
  /** Bytes that have arrived. */
  offset: number;
  /** ISO 8601; it is forgotten then unless another piece comes. */
  expiresAt: string;
}

export interface NewUpload {
  path: string;
  /** Bytes. */
  size: number;
  /** Put it in the place of a file of that name. Without it, one that is there is a conflict. */
  overwrite?: boolean;
}

export interface FileMove {
  from: string;
  to: string;
  /** As in NewUpload. A folder takes the place of an empty folder only. */
  overwrite?: boolean;
}

/** A folder as a client has last seen it. */
export interface SeenFolder {
  path: string;
  /** ETag of its listing. */
  etag: string;
}

/** Paths of the folders that are not as they were seen; empty when nothing has happened for a while. */
export interface FileChanges {
  changed: string[];
}

/** Most folders that one request can follow. */
export const MAX_SEEN_FOLDERS = 64;
/** Longest page of a listing, and its usual length. Entries. */
export const MAX_LISTED_ENTRIES = 1000;
export const MAX_PATH_CHARACTERS = 4096;

/** Where the bytes of an upload go on; names of draft-ietf-httpbis-resumable-upload. */
export const UPLOAD_OFFSET_HEADER = 'upload-offset';
/** Largest file that the gateway's settings permit, told with each upload. Between gateway and runner. */
export const MAX_FILE_BYTES_HEADER = 'x-max-file-bytes';

/** Why something could not be done with a file: code → HTTP status and a sentence for people. */
export const FILE_PROBLEMS = {
  'bad-path': { status: 400, title: 'This is not a path inside the workspace.' },
  'bad-name': {
    status: 400,
    title:
      'Names may have at most 255 bytes, and no characters that are controls, reorder text or are no text. Choose another name.',
  },
  'bad-upload': { status: 400, title: 'The piece of the upload does not say where it belongs. Start the upload anew.' },
  'file-is-link': {
    status: 403,
    title: 'Links are not followed, for they may lead out of the workspace. Open what it leads to.',
  },
  'not-a-file': { status: 403, title: 'This is neither a file nor a folder, and cannot be read.' },
  'no-access': { status: 403, title: 'The session has closed this to others. Change its permissions in the terminal.' },
  'file-not-found': {
    status: 404,
    title: 'There is no such file in the workspace. It may have been moved or deleted.',
  },
  'outside-workspace': {
    status: 404,
    title: 'This is outside the workspace. Ask for it to be copied into the workspace first.',
  },
  'upload-not-found': { status: 404, title: 'There is no such upload any more. Start it anew.' },
  'file-exists': { status: 409, title: 'There is something of this name already.' },
  'is-a-folder': { status: 409, title: 'A folder has this name. Choose another name.' },
  'not-a-folder': { status: 409, title: 'Part of the path is a file, not a folder.' },
  'folder-not-empty': { status: 409, title: 'The folder is not empty.' },
  'into-itself': { status: 409, title: 'A folder cannot be moved into itself.' },
  'other-volume': { status: 409, title: 'This lies on another volume. Move it in the terminal.' },
  'too-deep': { status: 409, title: 'Folders lie too deep in each other here. Use the terminal.' },
  'wrong-offset': { status: 409, title: 'The upload goes on at another place. Ask where, and send from there.' },
  'precondition-failed': {
    status: 412,
    title: 'The file is not as the request expects: there is one of this name already, or it has changed meanwhile.',
  },
  'file-too-large': { status: 413, title: 'The file is larger than this server takes.' },
  'folder-too-large': { status: 413, title: 'There is too much in this folder to download it at once.' },
  'range-not-satisfiable': { status: 416, title: 'The file ends before the part that was asked for.' },
  'files-busy': {
    status: 429,
    title: 'Too much is being sent at once. Wait until some of it is done, then try again.',
  },
  'file-failed': {
    status: 500,
    title: 'This could not be done with the file. The log of the session-runner says why.',
  },
  'no-space': { status: 507, title: 'There is not enough room in the workspace. Delete something first.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type FileProblemCode = keyof typeof FILE_PROBLEMS;

/** A runner's refusal. The gateway has the sentence of each code; this is what differs from case to case. */
export interface FileRefusal {
  code: FileProblemCode;
  detail?: string;
}
