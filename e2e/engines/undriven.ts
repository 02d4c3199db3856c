/** Browsers as people start them. A driver switches input methods off, so dead keys want real keys of the display. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, noSandbox } from '@claude-webui/testing/page/browser';
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';
import type { Display } from './display';
import { firefoxPath } from './firefox';
import { miniBrowser } from './webkit';

export interface UndrivenBrowser {
  close(): Promise<void>;
}

interface Command {
  program: string;
  args: string[];
}

/** @param profile an empty folder */
type CommandOf = (profile: string, url: string) => Command;

const chromium: CommandOf = (profile, url) => ({
  program: chromiumPath(),
  args: [...noSandbox(), `--user-data-dir=${profile}`, '--no-first-run', '--password-store=basic', url],
});

const firefox: CommandOf = (profile, url) => {
  const preferences = {
    'browser.aboutwelcome.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'datareporting.policy.firstRunURL': '',
    'termsofuse.bypassNotification': true,
  };
  const lines = Object.entries(preferences).map(
    (entry) => `user_pref(${entry.map((it) => JSON.stringify(it)).join(', ')});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  return { program: firefoxPath(), args: ['--no-remote', '--new-instance', '--profile', profile, url] };
};

const webKit: CommandOf = (_profile, url) => ({ program: miniBrowser(), args: ['--private', url] });

export const UNDRIVEN = { Chromium: chromium, Firefox: firefox, WebKit: webKit } as const;

/** Opens the address in a browser's first window. The middle of the display is in its page. */
export async function openUndriven(
  name: keyof typeof UNDRIVEN,
  display: Display,
  url: string,
): Promise<UndrivenBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'undriven-'));
  const { program, args } = UNDRIVEN[name](home, url);
  const child = spawn(program, args, {
    // A group of its own: a browser is many processes.
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...display.env, HOME: home, LC_ALL: 'C.UTF-8', GTK_IM_MODULE: 'gtk-im-context-simple' },
  });
  await once(child, 'spawn');
  const exit = once(child, 'exit');
  return {
    close: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await exit;
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export interface Door {
  url: string;
  close(): Promise<void>;
}

/** An address that signs a browser in and sends it on to the gateway: cookies of a host are those of all its ports. */
export async function openDoor(gatewayUrl: string): Promise<Door> {
  const { hostname } = new URL(gatewayUrl);
  const server = createServer((_request, response) => {
    void (async () => {
      const signedIn = await fetch(`${gatewayUrl}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: USERNAME, password: PASSWORD }),
      });
      response.writeHead(303, { location: gatewayUrl, 'set-cookie': signedIn.headers.getSetCookie() }).end();
    })().catch((error: unknown) => response.writeHead(502).end(String(error)));
  }).listen(0, hostname);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://${hostname}:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
