/** What the OpenAPI document says of an operation. */
import type * as z from 'zod';
import * as files from './files/schemas';
import * as schemas from './schemas';

/** Named schemas of the document. */
export const COMPONENTS = {
  Session: schemas.session,
  SessionList: schemas.sessionList,
  Share: schemas.share,
  NewShare: schemas.newShare,
  ShareList: schemas.shareList,
  Methods: schemas.methods,
  SignedIn: schemas.signedIn,
  SignedOut: schemas.signedOut,
  Me: schemas.me,
  User: schemas.account,
  UserList: schemas.accountList,
  NewUser: schemas.newAccount,
  NewPassword: schemas.newPassword,
  FileListing: files.fileListing,
  StoredFile: files.storedFile,
  FilePlace: files.filePlace,
  FileLookup: files.fileLookup,
  FileUpload: files.fileUpload,
  FileChanges: files.fileChanges,
  Status: schemas.status,
  Problem: schemas.problemDocument,
};

export interface Operation {
  summary: string;
  /** Query, beside the parameters of the path. */
  query?: z.ZodObject<Record<string, z.ZodType>>;
  /** Headers that make a difference, and what for. */
  headers?: Record<string, string>;
  /** `bytes`: of a file. */
  body?: z.ZodType | 'bytes';
  /** Status of success, and what comes with it; null: nothing. */
  answer: [number, Content];
  /** Another one. */
  orAnswer?: Operation['answer'];
  /** And others. */
  more?: Operation['answer'][];
  /** Statuses of the problems that are this operation's own. */
  problems?: number[];
  /** Served without an access token. */
  open?: true;
  /** Also served by the cookie of `POST …/file-links`. */
  byLink?: true;
}

/** JSON, the bytes of a file, either, or nothing. */
export type Content = keyof typeof COMPONENTS | 'bytes' | ['bytes', keyof typeof COMPONENTS] | null;
