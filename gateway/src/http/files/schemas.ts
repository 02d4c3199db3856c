/** What the REST API takes and gives about files. They check requests and runners' answers, and make the OpenAPI document. */
import type {
  FileChanges,
  FileEntry,
  FileListing,
  FileLookup,
  FileMove,
  FilePlace,
  FileUpload,
  NewUpload,
  SeenFolder,
  StoredFile,
} from '@claude-webui/protocol';
import { MAX_LISTED_ENTRIES, MAX_PATH_CHARACTERS, MAX_SEEN_FOLDERS } from '@claude-webui/protocol';
import * as z from 'zod';

const path = z
  .string()
  .max(MAX_PATH_CHARACTERS)
  .describe('Below the workspace, with `/` between names; or absolute, as programs in the session print it.');
const bytes = z.int().min(0);
const overwrite = z.boolean().exactOptional().describe('Take the place of a file of that name. Without it: 409.');
/** Whole, in a query. */
const count = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 1 to ${max}`)
    .pipe(z.coerce.number<string>(`must be a whole number from 1 to ${max}`).int().min(1).max(max));

export const filesQuery = z.strictObject({
  limit: count(MAX_LISTED_ENTRIES).optional().describe('Of a folder: most entries of this page.'),
  after: z.string().optional().describe('Of a folder: the name after which the page begins.'),
  archive: z.literal('tar.gz').optional().describe('Of a folder: download it with all that is in it.'),
});
export const deleteQuery = z.strictObject({
  recursive: z.enum(['true', 'false']).optional().describe('Delete a folder with all that is in it.'),
});
export const lookupQuery = z.strictObject({ path });

/** Not the workspace itself. */
const pathOfNew = path.min(1);
export const newFolderBody = z.strictObject({ path: pathOfNew });
export const newUploadBody = z.strictObject({ path: pathOfNew, size: bytes, overwrite }) satisfies z.ZodType<NewUpload>;
export const fileMoveBody = z.strictObject({ from: pathOfNew, to: pathOfNew, overwrite }) satisfies z.ZodType<FileMove>;
const seenFolder = z.strictObject({
  path,
  etag: z.string().max(64).describe('ETag of its listing.'),
}) satisfies z.ZodType<SeenFolder>;
export const seenFoldersBody = z.strictObject({ folders: z.array(seenFolder).min(1).max(MAX_SEEN_FOLDERS) });

const kind = z.enum(['file', 'folder', 'link', 'other']);
const mode = z
  .string()
  .regex(/^[0-7]{3,4}$/)
  .describe('Permissions, octal.');
const modifiedAt = z.iso.datetime();
const place = {
  path: z.string().describe('Below the workspace; empty for the workspace itself.'),
  sessionPath: z.string().describe('Absolute, as programs in the session see it.'),
};

export const filePlace = z.object(place) satisfies z.ZodType<FilePlace>;
const fileEntry = z.object({ name: z.string(), kind, size: bytes, modifiedAt, mode }) satisfies z.ZodType<FileEntry>;
export const fileListing = z.object({
  ...place,
  entries: z.array(fileEntry).max(MAX_LISTED_ENTRIES),
  truncated: z.boolean().describe('There is more: ask again with `after` and the last name.'),
}) satisfies z.ZodType<FileListing>;
export const storedFile = z.object({ ...place, size: bytes, modifiedAt, mode }) satisfies z.ZodType<StoredFile>;
export const fileLookup = z.object({
  ...place,
  kind,
  line: z.int().min(0).exactOptional().describe('What followed the path, as in `src/a.ts:12`.'),
}) satisfies z.ZodType<FileLookup>;
export const fileUpload = z.object({
  id: z.uuid(),
  ...place,
  size: bytes,
  offset: bytes.describe('Bytes that have arrived.'),
  expiresAt: z.iso.datetime(),
}) satisfies z.ZodType<FileUpload>;
export const fileChanges = z.object({
  changed: z.array(z.string()).max(MAX_SEEN_FOLDERS).describe('Paths of the folders to list anew.'),
}) satisfies z.ZodType<FileChanges>;

/** Headers that make a difference. */
export const readHeaders = z.object({
  Range: z.string().optional().describe('One range of bytes of a file.'),
  'If-Range': z.string().optional().describe('ETag or date of the version of which the range is wanted.'),
  'If-None-Match': z.string().optional().describe('ETags that are known already, of files and of listings.'),
  'If-Modified-Since': z.string().optional().describe('Date of the version that is known already.'),
});
export const writeHeaders = z.object({
  'If-None-Match': z.string().optional().describe('`*`: only if there is none of this name.'),
  'If-Match': z.string().optional().describe('Only if the file is still this version.'),
});
export const pieceHeaders = z.object({ 'Upload-Offset': bytes.describe('Where the piece begins.') });
