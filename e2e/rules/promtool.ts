/** Rules held against series by promtool, from PROMTOOL or PATH. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longer than any rule waits and looks back. */
const MINUTES = 30;

export type Labels = Record<string, string>;

/** One that is scraped each minute for half an hour. */
export interface Series {
  name: string;
  labels: Labels;
  /** Of the first minute. */
  value: number;
  perMinute?: number;
}

/**
 * Asserts which series an expression gives at the end, by their labels.
 * @param groups content of a file of rules
 * @throws Error with what promtool found instead
 */
export function expectSamples(groups: string, series: readonly Series[], expression: string, expected: Labels[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    writeFileSync(join(folder, 'rules.yaml'), groups);
    const test = {
      interval: '1m',
      input_series: series.map((one) => ({ series: written(one), values: valuesOf(one) })),
      promql_expr_test: [
        {
          // Values are of no interest here; `* 0` takes the name, so it is grouped away with the rest.
          expr: `sum without () (${expression}) * 0`,
          eval_time: `${MINUTES}m`,
          exp_samples: expected.map((labels) => ({ labels: written({ name: '', labels }), value: 0 })),
        },
      ],
    };
    const file = { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests: [test] };
    writeFileSync(join(folder, 'test.yaml'), JSON.stringify(file));
    const { status, stdout, stderr, error } = spawnSync(
      process.env['PROMTOOL'] ?? 'promtool',
      ['test', 'rules', join(folder, 'test.yaml')],
      { encoding: 'utf8' },
    );
    if (error !== undefined) throw new Error('There is no promtool. Install Debian’s prometheus, or set PROMTOOL.');
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asserts which alerts of the names fire at the end. */
export function expectAlerts(groups: string, series: readonly Series[], names: RegExp, expected: Labels[]): void {
  const expression = `ALERTS{alertstate="firing", alertname=~"${names.source}"}`;
  expectSamples(
    groups,
    series,
    expression,
    expected.map((labels) => ({ ...labels, alertstate: 'firing' })),
  );
}

/** The series that a process has written at /metrics, with the labels that Prometheus adds. */
export function scraped(exposition: string, target: Labels): Series[] {
  const samples = Array.from(exposition.matchAll(/^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gim));
  const own = samples.map(([, name = '', labels = '', value]) => ({
    name,
    labels: { ...labelsIn(labels), ...target },
    value: Number(value),
  }));
  return [{ name: 'up', labels: target, value: 1 }, ...own];
}

/** The series of a target that does not answer. */
export const unanswered = (target: Labels): Series[] => [{ name: 'up', labels: target, value: 0 }];

function labelsIn(text: string): Labels {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries(Array.from(pairs, ([, name = '', value = '']) => [name, value]));
}

const written = ({ name, labels }: Pick<Series, 'name' | 'labels'>) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')}}`;

const valuesOf = ({ value, perMinute = 0 }: Series) => `${Number.isFinite(value) ? value : 0}+${perMinute}x${MINUTES}`;
