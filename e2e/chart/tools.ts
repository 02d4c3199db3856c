/** The programs that render and check the chart, from their variables or PATH. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { KubernetesObject } from '@claude-webui/hack/generate/kustomize/render';
import { objectsIn } from '@claude-webui/hack/generate/kustomize/render';

export const ROOT = join(__dirname, '../..');
export const CHART = join(ROOT, 'charts/claude-webui');
/** What has no default: the images are in nobody's public registry. */
export const REGISTRY = ['--set', 'image.registry=registry.example.org'];
export const EXAMPLES = ['small', 'production-aws', 'air-gapped'] as const;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Where the program is: the variable of its name in capitals wins. */
export function tool(name: string): string {
  return process.env[name.toUpperCase()] ?? name;
}

/** @throws Error when the program is not there */
export function run(name: string, args: readonly string[], input = ''): Outcome {
  const { status, stdout, stderr, error } = spawnSync(tool(name), args, {
    input,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (error !== undefined) throw new Error(`There is no ${tool(name)}. Set ${name.toUpperCase()} to where it is.`);
  return { status, stdout, stderr };
}

export const exampleFile = (example: string) => join(CHART, 'examples', `${example}.yaml`);

/** The chart's YAML. @throws Error with what Helm said */
export function template(...args: string[]): string {
  const { status, stdout, stderr } = run('helm', [
    'template',
    'terminal',
    CHART,
    '--namespace',
    'claude-webui',
    ...args,
  ]);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

export const rendered = (...args: string[]): KubernetesObject[] => objectsIn(template(...args));
