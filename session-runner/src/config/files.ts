/** Schemas of what is asked of the workspace's files. Its gateway has checked it once; pods trust nobody. */
import type { FileMove, NewUpload, SeenFolder } from '@claude-webui/protocol';
import { MAX_LISTED_ENTRIES, MAX_PATH_CHARACTERS, MAX_SEEN_FOLDERS } from '@claude-webui/protocol';
import * as z from 'zod/mini';

const path = z.string().check(z.maxLength(MAX_PATH_CHARACTERS));
const bytes = z.number().check(z.int(), z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));

export const newFolder = z.object({ path });
export const newUpload = z.object({
  path,
  size: bytes,
  overwrite: z.exactOptional(z.boolean()),
}) satisfies z.ZodMiniType<NewUpload>;
export const fileMove = z.object({
  from: path,
  to: path,
  overwrite: z.exactOptional(z.boolean()),
}) satisfies z.ZodMiniType<FileMove>;
const seenFolder = z.object({ path, etag: z.string().check(z.maxLength(64)) }) satisfies z.ZodMiniType<SeenFolder>;
export const seenFolders = z.object({ folders: z.array(seenFolder).check(z.maxLength(MAX_SEEN_FOLDERS)) });

export const listingQuery = z.object({
  limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(MAX_LISTED_ENTRIES))),
  after: z.optional(z.string()),
  archive: z.optional(z.literal('tar.gz')),
});
export const removeQuery = z.object({ recursive: z.optional(z.enum(['true', 'false'])) });
export const lookupQuery = z.object({ path });
