/** What the scenarios want from a browser, whichever engine it has. */
import type { Display } from './display';

export const VIEWPORT = { width: 1100, height: 700 };

export interface Point {
  x: number;
  y: number;
}

export abstract class EnginePage {
  abstract goto(url: string): Promise<void>;
  abstract reload(): Promise<void>;
  abstract back(): Promise<void>;
  /** The value of an expression in the page, awaited; it is JSON. */
  abstract value(expression: string): Promise<unknown>;
  /** Runs a function in the page. It sees nothing from here but its arguments; what goes in and out is JSON. */
  async evaluate<A extends unknown[], T>(code: (...args: A) => T, ...args: A): Promise<Awaited<T>> {
    return (await this.value(expression(code, args))) as Awaited<T>;
  }
  /** @param count 2 for a double click */
  abstract click(at: Point, button?: 'left' | 'middle', count?: 1 | 2): Promise<void>;
  abstract drag(from: Point, to: Point): Promise<void>;
  /** Each character as a key of its own. */
  abstract type(text: string): Promise<void>;
  /** Keys held together, as `Control+Shift+F`. The last is a character or a name of KeyboardEvent.key. */
  abstract press(chord: string): Promise<void>;
  /** Puts files into a file input. */
  abstract choose(selector: string, paths: string[]): Promise<void>;
  abstract resize(size: { width: number; height: number }): Promise<void>;
  abstract screenshot(path: string): Promise<void>;
  /** Another tab of the same person. */
  abstract another(): Promise<EnginePage>;
  abstract close(): Promise<void>;
}

export interface LaunchOptions {
  display: Display;
  /** Where downloads go, without a question. */
  downloads: string;
  /** Firefox's preferences, beside what a test always wants. Other engines ignore them. */
  preferences?: Record<string, boolean | number | string>;
}

export interface EngineBrowser {
  /** A page whose browser knows nobody: no cookies, nothing stored. */
  newPage(): Promise<EnginePage>;
  /** Closes all pages. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface Engine {
  name: 'Chromium' | 'Firefox' | 'WebKit';
  launch(options: LaunchOptions): Promise<EngineBrowser>;
}

/** A call as an expression, for the page's own policy lets nobody but a debugger evaluate one. */
export function expression<A extends unknown[]>(code: (...args: A) => unknown, args: A): string {
  return `(${code.toString()})(...${JSON.stringify(args)})`;
}

/** "Control+Shift++" → ["Control", "Shift", "+"] */
export function keysOf(chord: string): string[] {
  return chord.match(/(?:^|\+)(\+|[^+]+)/g)?.map((key, index) => (index === 0 ? key : key.slice(1))) ?? [];
}
