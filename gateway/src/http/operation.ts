/** What the OpenAPI document says of an operation, and the server holds requests against. */
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
  Document: schemas.openApiDocument,
  Problem: schemas.problemDocument,
};

/** Ways to show who asks. */
export type Credential = 'accessToken' | 'refreshCookie' | 'fileLink' | 'none';

export interface Operation {
  summary: string;
  /** Query, beside the parameters of the path; a field that is not in it is refused. Without it: none. */
  query?: z.ZodObject<Record<string, z.ZodType>>;
  /** Headers that make a difference. */
  headers?: z.ZodObject<Record<string, z.ZodType>>;
  /** `bytes`: of a file. */
  body?: z.ZodType | 'bytes';
  /** Status of success → what comes with it. */
  answers: Partial<Record<number, Content>>;
  /** Statuses of the problems that are this operation's own. */
  problems?: readonly number[];
  /** Each of them will do. Without it: an access token. */
  credentials?: readonly Credential[];
}

/** JSON, the bytes of a file, either, text, or nothing. */
export type Content = keyof typeof COMPONENTS | 'bytes' | readonly ['bytes', keyof typeof COMPONENTS] | 'text' | null;

/** Express calls the handler of `get` for HEAD too; `head` is described where it says something of its own. */
export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';

/** Route, as Express writes it → method → operation. */
export type Operations = Readonly<Record<string, Partial<Record<Method, Operation>>>>;
