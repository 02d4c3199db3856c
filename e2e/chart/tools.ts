/** The programs that render and check the chart, from their variables or PATH. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const ROOT = join(__dirname, '../..');
export const CHART = join(ROOT, 'charts/claude-webui');
/** What has no default: the images are in nobody's public registry. */
export const REGISTRY = ['--set', 'image.registry=registry.example.org'];
export const EXAMPLES = ['small', 'production-aws', 'air-gapped'] as const;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

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

/** Read as YAML 1.1, as Helm and kubectl do: 0440 is octal. */
export function manifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml, { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

export const rendered = (...args: string[]): Manifest[] => manifests(template(...args));
