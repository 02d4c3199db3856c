/** Schemas for kubeconform, of Kubernetes' own kinds and of CustomResourceDefinitions, that know every field or refuse it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

type Schema = Record<string, unknown>;

interface Definition {
  kind: string;
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

interface OpenApi {
  definitions: Record<
    string,
    Schema & { 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] }
  >;
}

/** Kinds whose definitions are not here; CRD_FOLDERS, which .ci/run sets, has them. */
export const FOREIGN =
  'Certificate,ServiceMonitor,PodMonitor,PrometheusRule,ExternalSecret,SecretStore,HTTPRoute,BackendTLSPolicy';

/** What kubeconform makes of a manifest's `apiVersion` and `kind`. */
export const LOCATION = '{{.Group}}-{{.ResourceKind}}-{{.ResourceAPIVersion}}.json';

function write(into: string, group: string, kind: string, version: string, schema: Schema): void {
  writeFileSync(join(into, `${group}-${kind.toLowerCase()}-${version}.json`), JSON.stringify(schema));
}

/** Of every definition in the folders. */
export function writeCustomSchemas(folders: readonly string[], into: string): void {
  mkdirSync(into, { recursive: true });
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  for (const file of files.filter((name) => name.endsWith('.yaml')))
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const definition = document.toJS() as Definition | null;
      if (definition?.kind !== 'CustomResourceDefinition') continue;
      const { group, names, versions } = definition.spec;
      for (const { name, schema } of versions) {
        const { metadata: _any, ...properties } = schema.openAPIV3Schema['properties'] as Schema;
        const known = strict({
          ...schema.openAPIV3Schema,
          properties: { ...properties, metadata: { type: 'object' } },
        });
        write(into, group, names.kind, name, known as Schema);
      }
    }
}

/** Of Kubernetes' own kinds, from the document that its API servers publish. */
export function writeKubernetesSchemas(openApiFile: string, into: string): void {
  mkdirSync(into, { recursive: true });
  const { definitions } = JSON.parse(readFileSync(openApiFile, 'utf8')) as OpenApi;
  for (const [id, definition] of Object.entries(definitions))
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      if (kind.endsWith('List') || kind === 'DeleteOptions' || kind === 'WatchEvent') continue;
      const reachable = Object.fromEntries(
        [...reach(definitions, id)].map((name) => [name, strict(definitions[name])]),
      );
      write(into, group === '' ? version : group, kind, version, {
        $ref: `#/definitions/${id}`,
        definitions: reachable,
      });
    }
}

/** The definition and all that it refers to. */
function reach(definitions: OpenApi['definitions'], id: string, seen = new Set<string>()): Set<string> {
  if (seen.has(id)) return seen;
  seen.add(id);
  const text = JSON.stringify(definitions[id] ?? {});
  for (const [, next] of text.matchAll(/"#\/definitions\/([^"]+)"/g))
    if (next !== undefined) reach(definitions, next, seen);
  return seen;
}

/** An API server drops fields that it does not know; here they are errors. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Schema;
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string')
    return { oneOf: [{ type: 'string' }, { type: 'integer' }] };
  // A Quantity is a string in the document, but may be written as a number.
  if (String(schema['description']).startsWith('Quantity is a')) return { type: ['string', 'number'] };
  const inner = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, strict(part)]));
  const properties = schema['properties'];
  const names =
    typeof properties === 'object' &&
    properties !== null &&
    !('type' in properties && typeof properties.type === 'string');
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['additionalProperties'] !== undefined;
  return names && !isOpen ? { ...inner, additionalProperties: false } : inner;
}
