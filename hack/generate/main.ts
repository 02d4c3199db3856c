/** Writes what is made from TypeScript, and from the chart. Tests fail when somebody has forgotten to. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './files';
import { kustomizeFiles } from './kustomize/files';
import { hasHelm } from './kustomize/render';

const root = join(__dirname, '..', '..', '..');

function write(files: Map<string, string>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(path);
  }
}

write(generatedFiles(root));
if (hasHelm()) {
  for (const folder of ['k8s/base', 'k8s/overlays']) rmSync(join(root, folder), { recursive: true, force: true });
  write(kustomizeFiles(join(root, 'charts/claude-webui')));
} else console.log('k8s/base and k8s/overlays stay as they are: there is no helm (HELM) to render the chart with.');
