/** A program in a session that shows each key it gets, in the place of Claude Code. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PASSWORD, USERNAME, openStage } from './stage';
import type { Stage } from './stage';
import { WorkbenchPage } from './workbench-page';

const NODE = realpathSync(process.execPath);
/** What the program shows when it is there. */
const READY = 'READY:';

/** A stage whose policy lets sessions run other programs than Claude Code. */
export function openRawStage(env: Record<string, string> = {}): Promise<Stage> {
  const file = join(mkdtempSync(join(tmpdir(), 'raw-policy-')), 'policy.yaml');
  const policy = { version: 1, everyone: { programs: { others: [{ path: NODE, arguments: ['-e *'] }] } } };
  writeFileSync(file, JSON.stringify(policy));
  return openStage({ POLICY_FILE: file, ...env });
}

/**
 * Opens a page in a session whose program shows its input, controls by their pictures (Escape is ␛).
 * @param output what it writes first: modes, text
 */
export async function openRawProgram(stage: Stage, page: Page, output = ''): Promise<WorkbenchPage> {
  const script = `
    const show = new (require('string_decoder').StringDecoder)();
    process.stdin.setRawMode(true);
    process.stdin.on('data', (data) => process.stdout.write(show.write(data).replace(/[\\x00-\\x1f\\x7f]/g,
      (char) => String.fromCharCode(char === '\\x7f' ? 0x2421 : 0x2400 + char.charCodeAt(0)))));
    process.stdout.write(${JSON.stringify(output + READY)});`.replaceAll(/\n\s*/g, ' ');
  await createSession(stage.gateway.url, { program: NODE, arguments: ['-e', script] });
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.sees(READY);
  return workbench;
}

/** What the program has got so far. */
export async function received(workbench: WorkbenchPage): Promise<string> {
  return (await workbench.text()).split(READY)[1] ?? '';
}

async function createSession(url: string, wish: object): Promise<void> {
  const call = async (path: string, token: string, body: object) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { token?: string };
  };
  const { token = '' } = await call('/auth/login', '', { username: USERNAME, password: PASSWORD });
  await call('/api/v1/sessions', token, wish);
}
