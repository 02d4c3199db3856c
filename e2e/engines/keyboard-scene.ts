/** Browsers that nothing drives, whose keys are those of an X display, in front of a program that writes down what it gets. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { rawSettings, startRecorder } from '../system/raw-program';
import { startServers } from '../system/servers';
import { openDisplay } from './display';
import type { Display } from './display';
import { openDoor, openUndriven } from './undriven';

/** For a browser, from its start until the terminal takes keys. */
const START_TIMEOUT_MS = 60_000;
/** For a hook that opens one. */
export const OPEN_TIMEOUT_MS = 2 * START_TIMEOUT_MS;

export interface KeyboardScene {
  display: Display;
  /** Address of the gateway. */
  url: string;
  /** @param output what the program writes first */
  open(browser: Parameters<typeof openUndriven>[0], output?: string): Promise<RecordedKeys>;
  close(): Promise<void>;
}

/** A browser with the focus in the terminal of its only session. */
export interface RecordedKeys {
  sessionId: string;
  /** What the program has got. */
  received(): string;
  /** Ends all sessions, too. */
  close(): Promise<void>;
}

export async function openKeyboardScene(): Promise<KeyboardScene> {
  const servers = await startServers(rawSettings());
  const display = await openDisplay();
  const { url } = servers.gateway;
  const door = await openDoor(url);
  return {
    display,
    url,
    open: async (name, output) => {
      await display.run('setxkbmap', '-layout', 'us');
      const sessionId = await startRecorder(url, output);
      const file = join(servers.sessionsDirectory, sessionId, 'workspace', 'keys');
      const received = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
      const browser = await openUndriven(name, display, door.url);
      await eventually(
        async () => {
          await display.run('xdotool', 'mousemove', '700', '500', 'click', '1', 'key', 'r');
          return received().includes('r');
        },
        () => 'no key reaches the program',
        START_TIMEOUT_MS,
      );
      // Behind the last of those.
      await display.run('xdotool', 'key', 'Tab');
      await eventually(() => received().endsWith('\t'), received);
      const close = async () => {
        await browser.close();
        await servers.endAllSessions();
      };
      return { sessionId, received, close };
    },
    close: async () => {
      await door.close();
      await display.close();
      await servers.close();
    },
  };
}
