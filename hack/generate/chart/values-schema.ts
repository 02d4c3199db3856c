/** values.schema.json: Helm holds values against it before it renders anything, so that a typo is an error. */
import { z } from 'zod';
import { chartValues } from './values';

type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of draft 7, which every Helm 3 and 4 knows. */
export function valuesSchema(): string {
  const schema = z.toJSONSchema(chartValues, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify(closed(schema), null, 2)}\n`;
}

/** Every object with named properties takes no others. None of them is required: values are laid over the defaults. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (!isSchema(value)) return value;
  const isOpen = value['x-kubernetes-preserve-unknown-fields'] === true;
  const own = Object.entries(value).filter(([key]) => !isNoise(key, value));
  const schema = Object.fromEntries(own.map(([key, inner]) => [key, closed(inner)]));
  return isSchema(value['properties']) && !isOpen ? { ...schema, additionalProperties: false } : schema;
}

function isNoise(key: string, { type }: Schema): boolean {
  // A default here would say what CRDs do, not what the chart does; the extensions are for API servers.
  return key.startsWith('x-kubernetes-') || (type !== undefined && ['required', 'default', '$comment'].includes(key));
}
