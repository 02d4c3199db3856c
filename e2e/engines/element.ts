/** Elements by what a person knows them by, found the same way in each engine. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { expression } from './engine';
import type { EnginePage, Point } from './engine';

export type Role = 'alert' | 'button' | 'checkbox' | 'combobox' | 'dialog' | 'link' | 'status' | 'textbox' | 'treeitem';

/** Runs in the page: the first visible element of that role and name; in the dialog, where one is open. */
function find(role: Role, name: string): HTMLElement | null {
  const selectors: Record<Role, string> = {
    alert: '[role=alert]',
    button: 'button',
    checkbox: 'input[type=checkbox]',
    combobox: 'select',
    dialog: 'dialog[open]',
    link: 'a[href]',
    status: '[role=status]',
    textbox: 'input:not([type=checkbox], [type=file]), textarea:not(.xterm-helper-textarea)',
    treeitem: '[role=treeitem]',
  };
  const squeezed = (text: string | null | undefined) => (text ?? '').replaceAll(/\s+/g, ' ').trim();
  const nameOf = (element: HTMLElement) => {
    const label = element.getAttribute('aria-label');
    if (label !== null) return squeezed(label);
    const labelledBy = element.getAttribute('aria-labelledby');
    if (labelledBy !== null) return squeezed(document.getElementById(labelledBy)?.textContent);
    // Its text tells its size too.
    if (role === 'treeitem') return squeezed(element.title);
    const field = element.closest('label');
    if (field === null) return squeezed(element.textContent);
    const words = [...field.childNodes].filter((node) => !node.contains(element)).map((node) => node.textContent);
    return squeezed(words.join(' '));
  };
  const says = role === 'alert' || role === 'status';
  const dialog = says || role === 'dialog' ? undefined : [...document.querySelectorAll('dialog[open]')].at(-1);
  for (const element of (dialog ?? document).querySelectorAll<HTMLElement>(selectors[role])) {
    const name_ = nameOf(element);
    if ((says ? name_.includes(name) : name_ === name) && element.checkVisibility()) return element;
  }
  return null;
}

export class EngineElement {
  constructor(
    private readonly page: EnginePage,
    private readonly role: Role,
    private readonly name: string,
  ) {}

  /** What a function in the page makes of the element; null if there is none. */
  async read<T>(code: (element: HTMLElement) => T): Promise<T | null> {
    const found = expression(find, [this.role, this.name]);
    return (await this.page.value(`((element) => element && (${code.toString()})(element))(${found})`)) as T | null;
  }

  async isThere(): Promise<boolean> {
    return (await this.read(() => true)) === true;
  }

  async appears(timeoutMs?: number): Promise<void> {
    await eventually(
      () => this.isThere(),
      () => this.complaint('is not there'),
      timeoutMs,
    );
  }

  async goes(): Promise<void> {
    await eventually(
      async () => !(await this.isThere()),
      () => this.complaint('is still there'),
    );
  }

  /** Clicks its middle once nothing lies over it. */
  async click(count: 1 | 2 = 1): Promise<void> {
    const places: Point[] = [];
    await eventually(
      async () => {
        const place = await this.read(middle);
        if (place !== null) places.push(place);
        return places.length > 0;
      },
      () => this.complaint('is not there, or covered, or disabled'),
    );
    for (const place of places) await this.page.click(place, 'left', count);
  }

  /** Types into a field what it shall hold. */
  async fill(text: string): Promise<void> {
    await this.click();
    await this.page.press('Control+a');
    await (text === '' ? this.page.press('Delete') : this.page.type(text));
  }

  async value(): Promise<string> {
    return (await this.read((element) => ('value' in element ? String(element.value) : null))) ?? '';
  }

  /** Chooses in a list by the value of the option. The list that a browser opens is no part of the page. */
  async select(value: string): Promise<void> {
    await this.appears();
    await this.page.value(
      `((element) => { element.value = ${JSON.stringify(value)}; element.dispatchEvent(new Event('change', { bubbles: true })); })(${expression(find, [this.role, this.name])})`,
    );
  }

  private async complaint(what: string): Promise<string> {
    const text = await this.page.evaluate(() => document.body.innerText);
    return `the ${this.role} "${this.name}" ${what}; the page says:\n${text}`;
  }
}

/** Runs in the page: where a click meets the element and nothing else; null if it would not. */
function middle(element: HTMLElement): Point | null {
  element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const { x, y, width, height } = element.getBoundingClientRect();
  const place = { x: x + width / 2, y: y + height / 2 };
  const top = document.elementFromPoint(place.x, place.y);
  const isMet = top !== null && (element.contains(top) || top.contains(element));
  return isMet && !element.matches(':disabled') ? place : null;
}
