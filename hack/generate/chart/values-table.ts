/** The table of the chart's README, from the comments of values.yaml. */
import type { Scalar, YAMLMap } from 'yaml';
import { isMap, isScalar, parseDocument } from 'yaml';

export interface Value {
  path: string;
  preset: string;
  meaning: string;
}

/** Longer ones are to be read in the file itself. Characters. */
const MAX_PRESET = 60;
const BEGIN = '<!-- Made by "npm run generate" from values.yaml. -->';
const END = '<!-- End of what is made. -->';

/** Every value with a comment of its own, in the order of the file. @throws Error for one that has none */
export function documentedValues(yaml: string): Value[] {
  const { contents } = parseDocument(yaml);
  const values = isMap<Scalar<string>>(contents) ? valuesOf(contents, '') : [];
  const mute = values.filter(({ meaning }) => meaning === '').map(({ path }) => path);
  if (mute.length > 0) throw new Error(`values.yaml does not say what these mean: ${mute.join(', ')}`);
  return values;
}

/** A section whose name has a comment is one value; one without is its values. */
function valuesOf(section: YAMLMap<Scalar<string>>, prefix: string): Value[] {
  return section.items.flatMap(({ key, value }, at) => {
    // In the parser's eyes the comment before the first key belongs to the section.
    const comment = key.commentBefore ?? (at === 0 ? section.commentBefore : null);
    const path = prefix + key.value;
    if (!comment && isMap<Scalar<string>>(value)) return valuesOf(value, `${path}.`);
    return [{ path, preset: presetOf(value), meaning: sentence(comment ?? '') }];
  });
}

/** The last paragraph of a comment: what stands above belongs to the file. */
function sentence(comment: string): string {
  const paragraph = comment.split(/\n\s*\n/).at(-1) ?? '';
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

function presetOf(value: unknown): string {
  const plain: unknown = isScalar(value) ? value.value : (value as { toJSON(): unknown }).toJSON();
  const json = JSON.stringify(plain);
  return json.length > MAX_PRESET ? 'see values.yaml' : `\`${json.replaceAll('|', '\\|')}\``;
}

/** The README with the table as values.yaml has it. @throws Error when it has no place for it */
export function withValuesTable(readme: string, yaml: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`The README has no "${BEGIN}" … "${END}".`);
  const rows = documentedValues(yaml).map(({ path, preset, meaning }) => [
    `\`${path}\``,
    preset,
    meaning.replaceAll('|', '\\|'),
  ]);
  return `${before}${BEGIN}\n\n${table([['value', 'default', 'meaning'], ...rows])}\n\n${END}${after}`;
}

/** As prettier writes one. */
function table(rows: string[][]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
