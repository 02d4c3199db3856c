/** The files that are made from TypeScript: path below the repository's root → content. */
import { customResourceDefinitions } from '@claude-webui/protocol/kubernetes';
import { stringify } from 'yaml';

/** kustomize reads the first, the chart the second: a chart cannot read files outside itself. */
const CRD_FOLDERS = ['k8s/crds', 'charts/claude-webui/files/crds'];

const HEADER = '# Made by "npm run generate". Do not edit.\n';

const yaml = (object: unknown) => HEADER + stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });

export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, definition] of Object.entries(customResourceDefinitions()))
    for (const folder of CRD_FOLDERS) files.set(`${folder}/${name}`, yaml(definition));
  return files;
}
