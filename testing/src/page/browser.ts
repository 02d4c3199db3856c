/** A real Chromium. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, LaunchOptions, Page } from 'playwright-core';

/** @throws if it is not installed */
export function chromiumPath(): string {
  const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}. Install Chromium, or set CHROMIUM_PATH to where it is.`);
}

/** Chromium's own sandbox does not work for root. */
export const noSandbox = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** @param args beside those that keep it from talking to anybody by itself */
export function launchBrowser(args: readonly string[], options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    ...options,
    executablePath: chromiumPath(),
    args: [
      ...noSandbox(),
      ...args,
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Errors in the page and breaches of the content security policy go to the list. */
export function watch(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
}
