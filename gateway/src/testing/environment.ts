import { join } from 'node:path';

/** Of `admin` at each gateway of a test. */
export const PASSWORD = 'correct horse battery';

/** Settings of a gateway of a test's own: any free ports, and all that it keeps below `base`. */
export const environmentIn = (base: string) => ({
  PORT: '0',
  INTERNAL_PORT: '0',
  LOG_LEVEL: 'silent',
  DATA_DIR: join(base, 'data'),
  CLAUDE_WORKING_DIR: join(base, 'sessions'),
  CLAUDE_WEBUI_ADMIN_PASSWORD: PASSWORD,
});
