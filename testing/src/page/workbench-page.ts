/** The client's page as a person uses it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from '@xterm/xterm';
import type { Locator, Page } from 'playwright-core';
import { PASSWORD, USERNAME } from './person';

declare global {
  interface Element {
    /** The client leaves its xterm.js instance on the terminal's element. */
    terminal?: Terminal;
  }
}

/** Part of the footer that Claude Code shows under an empty prompt. */
const PROMPT = '? for shortcuts';
const POLL_MS = 50;
/** Claude Code draws within it for a new size, and between two frames. */
const QUIET_MS = 500;
const DEFAULT_TIMEOUT_MS = 20_000;

export class WorkbenchPage {
  constructor(readonly page: Page) {}

  /** Opens the address and signs in; resolves when the password has been taken. */
  static async signIn(
    page: Page,
    url: string,
    person = { username: USERNAME, password: PASSWORD },
  ): Promise<WorkbenchPage> {
    await page.goto(url);
    await page.getByLabel('Username').fill(person.username);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    return new WorkbenchPage(page).opened();
  }

  /** Waits for the workbench, in a page whose browser is signed in. */
  async opened(): Promise<this> {
    await this.page.getByRole('toolbar', { name: 'Open sessions' }).waitFor();
    return this;
  }

  /** Waits for Claude Code's prompt. */
  async ready(timeoutMs = DEFAULT_TIMEOUT_MS): Promise<this> {
    await this.sees(PROMPT, timeoutMs);
    return this;
  }

  /** The terminal in view. */
  get terminal(): Locator {
    return this.page.getByTestId('terminal').filter({ visible: true });
  }

  notice(text: string): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Types a prompt and sends it once Claude Code shows it: keys that come in one piece would be taken for a paste. */
  async prompt(text: string): Promise<void> {
    await this.type(text);
    await this.sees(text);
    await this.page.keyboard.press('Enter');
  }

  async type(text: string): Promise<void> {
    await this.terminal.click();
    await this.page.keyboard.type(text);
  }

  /** Everything in the terminal, scrollback included; a line that wraps is one line. */
  text(): Promise<string> {
    return this.terminal.evaluate((element) => {
      const buffer = element.terminal?.buffer.active;
      const lines: string[] = [];
      for (let y = 0; y < (buffer?.length ?? 0); y++) {
        const line = buffer?.getLine(y);
        const text = line?.translateToString(true) ?? '';
        if (line?.isWrapped === true) lines.push((lines.pop() ?? '') + text);
        else lines.push(text);
      }
      return lines.join('\n').trimEnd();
    });
  }

  /** The rows that are on the screen when it is scrolled to its end. */
  screen(): Promise<string[]> {
    return this.terminal.evaluate((element) => {
      const { terminal } = element;
      if (terminal === undefined) return [];
      const { baseY } = terminal.buffer.active;
      return Array.from(
        { length: terminal.rows },
        (_, row) => terminal.buffer.active.getLine(baseY + row)?.translateToString(true) ?? '',
      );
    });
  }

  /** Columns and rows of the terminal. */
  size(): Promise<string> {
    return this.terminal.evaluate(({ terminal }) => `${terminal?.cols}×${terminal?.rows}`);
  }

  /** Does what gives the terminal another size, and waits until its program has drawn for that. */
  async resizing(act: () => Promise<unknown>): Promise<void> {
    const before = await this.size();
    await act();
    await eventually(
      async () => (await this.size()) !== before,
      () => `the terminal stays at ${before}`,
    );
    await this.quiet();
  }

  /** Waits until nothing has been drawn for a while. */
  quiet(): Promise<void> {
    return this.terminal.evaluate(
      ({ terminal }, quietMs) =>
        new Promise((resolve) => {
          const done = () => {
            drawn?.dispose();
            resolve();
          };
          let timer = setTimeout(done, quietMs);
          const drawn = terminal?.onWriteParsed(() => {
            clearTimeout(timer);
            timer = setTimeout(done, quietMs);
          });
        }),
      QUIET_MS,
    );
  }

  /** Waits until the terminal holds the text. */
  async sees(text: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    await eventually(
      async () => (await this.text()).includes(text),
      async () => `the terminal does not show "${text}" but:\n${await this.text()}`,
      timeoutMs,
    );
  }
}

/**
 * Waits until something holds that the browser tells no event of. @throws with the given complaint
 */
export async function eventually(
  holds: () => Promise<boolean> | boolean,
  complaint: () => Promise<string> | string,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(await complaint());
    await delay(POLL_MS);
  }
}

/** Matches a text that Claude Code may have broken into lines, which it does within a word where the text is a long path. */
export function acrossLines(text: string): RegExp {
  const characters = Array.from(text, (character) =>
    character === ' ' ? '\\s+' : character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&'),
  );
  return new RegExp(characters.join('(?:\\n\\s*)?'));
}
