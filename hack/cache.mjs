import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what tests need from elsewhere is kept, made once for all checkouts. */
export const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'claude-webui');
