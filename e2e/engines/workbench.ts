/** The client's page as a person uses it, in any engine. */
import { PASSWORD, USERNAME } from '@claude-webui/testing/page/person';
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { EngineElement } from './element';
import type { Role } from './element';
import type { EnginePage, Point } from './engine';

/** Part of the footer that Claude Code shows under an empty prompt. */
const CLAUDE_PROMPT = '? for shortcuts';

export class Workbench {
  constructor(readonly page: EnginePage) {}

  /** Opens the address and signs in; resolves when the password has been taken. */
  static async signIn(page: EnginePage, url: string): Promise<Workbench> {
    const workbench = new Workbench(page);
    await page.goto(url);
    await workbench.the('textbox', 'Username').fill(USERNAME);
    await workbench.the('textbox', 'Password').fill(PASSWORD);
    await workbench.the('button', 'Sign in').click();
    return workbench.opened();
  }

  the(role: Role, name: string): EngineElement {
    return new EngineElement(this.page, role, name);
  }

  button(name: string): EngineElement {
    return this.the('button', name);
  }

  /** Waits for the workbench, in a page whose browser is signed in. */
  async opened(): Promise<this> {
    await this.button('Sign out').appears();
    return this;
  }

  /** Waits for Claude Code's prompt. */
  async ready(): Promise<this> {
    await this.sees(CLAUDE_PROMPT);
    return this;
  }

  /** Types a prompt and sends it once Claude Code shows it: keys that come in one piece would be taken for a paste. */
  async prompt(text: string): Promise<void> {
    await this.type(text);
    await this.sees(text);
    await this.page.press('Enter');
  }

  /** Clicks into the terminal and types. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.page.type(text);
  }

  /** Clicks into the terminal. */
  async focus(): Promise<void> {
    await this.page.click(await this.cell(0, 0));
  }

  /** Drops a file on the terminal in view, as far as a page can tell. */
  async drop(name: string, content: string): Promise<void> {
    await this.page.evaluate(
      (name, content) => {
        const data = new DataTransfer();
        data.items.add(new File([content], name, { type: 'text/plain' }));
        [...document.querySelectorAll('[data-testid=terminal]')]
          .find((element) => element.checkVisibility())
          ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      name,
      content,
    );
  }

  /** Downloads a file of the workspace's root by the files panel, which stays open. */
  async download(name: string): Promise<void> {
    if (!(await this.button('Close files').isThere())) await this.button('Files').click();
    await this.the('treeitem', name).click();
    await this.button('Download').click();
  }

  /** Makes the window such that the terminal has this size. */
  async fit({ cols, rows }: { cols: number; rows: number }): Promise<void> {
    const { width, height, cell, now } = await this.page.evaluate(() => {
      const screen = [...document.querySelectorAll('.xterm-screen')].find((element) => element.checkVisibility());
      const terminal = screen?.closest('[data-testid=terminal]')?.terminal;
      if (screen == null || terminal === undefined) throw new Error('no terminal is in view');
      const now = { cols: terminal.cols, rows: terminal.rows };
      const box = screen.getBoundingClientRect();
      const cell = { width: box.width / now.cols, height: box.height / now.rows };
      return { width: innerWidth, height: innerHeight, cell, now };
    });
    await this.page.resize({
      width: Math.round(width + (cols - now.cols) * cell.width),
      height: Math.round(height + (rows - now.rows) * cell.height),
    });
    await this.becomes({ cols, rows });
  }

  /** Waits until the terminal has this size. */
  async becomes({ cols, rows }: { cols: number; rows: number }): Promise<void> {
    await eventually(
      async () => (await this.size()) === `${cols}×${rows}`,
      async () => `the terminal stays at ${await this.size()}`,
    );
  }

  /** Columns and rows of the terminal in view. */
  size(): Promise<string> {
    return this.page.evaluate(() => {
      const { terminal } = [...document.querySelectorAll('[data-testid=terminal]')].find((element) =>
        element.checkVisibility(),
      ) ?? { terminal: undefined };
      return `${terminal?.cols}×${terminal?.rows}`;
    });
  }

  /** The middle of a cell of the terminal in view, counted from its upper left. */
  cell(column: number, row: number): Promise<Point> {
    return this.page.evaluate(
      (column, row) => {
        const screen = [...document.querySelectorAll('[data-testid=terminal]')]
          .find((element) => element.checkVisibility())
          ?.querySelector('.xterm-screen');
        const terminal = screen?.closest('[data-testid=terminal]')?.terminal;
        if (screen == null || terminal === undefined) throw new Error('no terminal is in view');
        const { x, y, width, height } = screen.getBoundingClientRect();
        return {
          x: x + ((column + 0.5) * width) / terminal.cols,
          y: y + ((row + 0.5) * height) / terminal.rows,
        };
      },
      column,
      row,
    );
  }

  /** Everything in the terminal in view, scrollback included; a line that wraps is one line. */
  text(): Promise<string> {
    return this.page.evaluate(() => {
      const buffer = [...document.querySelectorAll('[data-testid=terminal]')].find((element) =>
        element.checkVisibility(),
      )?.terminal?.buffer.active;
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

  /** Waits until the terminal holds the text. */
  async sees(text: string, timeoutMs?: number): Promise<void> {
    await eventually(
      async () => (await this.text()).includes(text),
      async () => `the terminal does not show "${text}" but:\n${await this.text()}`,
      timeoutMs,
    );
  }
}
