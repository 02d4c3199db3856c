/** A program in a session that shows each key it gets, in the place of Claude Code. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { signInByRest } from './rest';
import { openStage } from './stage';
import type { Stage } from './stage';

const NODE = realpathSync(process.execPath);
const SHELL = '/bin/bash';
/** What the program shows when it is there. */
export const READY = 'READY:';

/** Settings with a policy that lets sessions run other programs than Claude Code. */
export function rawSettings(): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), 'raw-policy-')), 'policy.yaml');
  const others = [
    { path: NODE, arguments: ['-e *'] },
    { path: SHELL, arguments: ['--norc', '-i'] },
  ];
  writeFileSync(file, JSON.stringify({ version: 1, everyone: { programs: { others } } }));
  return { POLICY_FILE: file };
}

export function openRawStage(env: Record<string, string> = {}): Promise<Stage> {
  return openStage({ ...rawSettings(), ...env });
}

/**
 * Opens a page in a session whose program shows its input, controls by their pictures (Escape is ␛).
 * @param output what it writes first: modes, text
 */
export async function openRawProgram(stage: Stage, page: Page, output = ''): Promise<WorkbenchPage> {
  await startRawProgram(stage.gateway.url, output);
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.sees(READY);
  return workbench;
}

/** Makes the session alone. */
export async function startRawProgram(url: string, output = ''): Promise<void> {
  const script = `
    const show = new (require('string_decoder').StringDecoder)();
    process.stdin.setRawMode(true);
    process.stdin.on('data', (data) => process.stdout.write(show.write(data).replace(/[\\x00-\\x1f\\x7f]/g,
      (char) => String.fromCharCode(char === '\\x7f' ? 0x2421 : 0x2400 + char.charCodeAt(0)))));
    process.stdout.write(${JSON.stringify(output + READY)});`;
  await startScript(url, script);
}

/** Makes a session that is a plain shell. */
export async function startShell(url: string): Promise<void> {
  await startProgram(url, SHELL, '--norc', '-i');
}

/** Makes a session that runs a script of Node.js. */
export async function startScript(url: string, script: string): Promise<void> {
  await startProgram(url, NODE, '-e', script.replaceAll(/\n\s*/g, ' '));
}

/**
 * Makes a session whose program keeps what it gets in the file `keys` of its workspace.
 * @param output what it writes first
 * @returns the session's id
 */
export function startRecorder(url: string, output = ''): Promise<string> {
  const script = `process.stdout.write(${JSON.stringify(output)}); process.stdin.setRawMode(true); process.stdin.pipe(require('fs').createWriteStream('keys'));`;
  return startProgram(url, NODE, '-e', script);
}

async function startProgram(url: string, program: string, ...args: string[]): Promise<string> {
  const call = await signInByRest(url);
  const { id } = (await call('POST', '/api/v1/sessions', { program, arguments: args })) as { id: string };
  return id;
}

/** What the program has got so far. */
export async function received(workbench: WorkbenchPage): Promise<string> {
  return (await workbench.text()).split(READY)[1] ?? '';
}
