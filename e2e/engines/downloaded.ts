import { existsSync, readFileSync } from 'node:fs';
import { eventually } from '@claude-webui/testing/page/workbench-page';

/** Waits until a browser has saved a file as it is to be. */
export const downloaded = (path: string, isWhole: (content: Buffer) => boolean): Promise<void> =>
  eventually(
    () => existsSync(path) && isWhole(readFileSync(path)),
    () => `${path} was not downloaded`,
  );
