import { MAX_TERMINAL_CELLS_PER_SIDE } from '@claude-webui/protocol';
import * as z from 'zod';

const side = z.int().min(1).max(MAX_TERMINAL_CELLS_PER_SIDE);
export const terminalSize = z.object({ cols: side, rows: side });

const handshake = z
  .object({
    token: z.string().max(4096).optional(),
    share: z.string().max(128).optional(),
    sessionId: z.uuid().optional(),
    mode: z.enum(['drive', 'view', 'watch']).optional(),
    resumeFrom: z.int().min(0).optional(),
    resumeStream: z.string().max(64).optional(),
    encoding: z.literal('frames').optional(),
    clientId: z.uuid().optional(),
    size: terminalSize.optional(),
  })
  .refine(({ encoding, clientId }) => encoding === undefined || clientId !== undefined);

/** What a client says of itself, or null if it makes no sense. Unknown fields are of no concern. */
export function parseHandshake(auth: unknown): z.infer<typeof handshake> | null {
  return handshake.safeParse(auth).data ?? null;
}

export type ParsedHandshake = NonNullable<ReturnType<typeof parseHandshake>>;
