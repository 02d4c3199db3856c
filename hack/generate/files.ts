/** The files that are made from TypeScript: path below the repository's root → content. */
import {
  GATEWAY_RULES,
  OPERATOR_LEASE_RULES,
  OPERATOR_NODE_RULES,
  OPERATOR_RULES,
} from '@claude-webui/operator/api/rbac';
import { customResourceDefinitions } from '@claude-webui/kubernetes-api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { valuesSchema } from './chart/values-schema';
import { withValuesTable } from './chart/values-table';

const CHART = 'charts/claude-webui';
/** kustomize reads the first, the chart the second: a chart cannot read files outside itself. */
const CRD_FOLDERS = ['k8s/crds', `${CHART}/crds`];

/** Name of the file → rules of a Role. */
const RULES = {
  operator: OPERATOR_RULES,
  'operator-lease': OPERATOR_LEASE_RULES,
  'operator-nodes': OPERATOR_NODE_RULES,
  gateway: GATEWAY_RULES,
};

const HEADER = '# Made by "npm run generate". Do not edit.\n';

const yaml = (object: unknown) => HEADER + stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });

/** @param root of the repository: some files are made from others */
export function generatedFiles(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, definition] of Object.entries(customResourceDefinitions()))
    for (const folder of CRD_FOLDERS) files.set(`${folder}/${name}`, yaml(definition));
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  files.set(`${CHART}/values.schema.json`, valuesSchema());
  files.set(`${CHART}/README.md`, withValuesTable(read(`${CHART}/README.md`), read(`${CHART}/values.yaml`)));
  // The chart makes the Roles, and includes the rules.
  for (const [name, rules] of Object.entries(RULES)) files.set(`${CHART}/files/rbac/${name}.yaml`, yaml(rules));
  return files;
}
