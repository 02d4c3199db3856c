import { chmodSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsWatch } from './settings-watch';

test.each<[string, (file: string) => void]>([
  ['written over', (file) => writeFileSync(file, '{}')],
  ['replaced', (file) => renameSync(join(file, '../other'), file)],
  ['moved away with its folder', (file) => renameSync(join(file, '..'), `${join(file, '..')}-away`)],
])('settings that are %s are noticed', async (_how, change) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'watch-')), 'managed/drop-ins');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'own.json');
  writeFileSync(file, '{"deny":[]}', { mode: 0o400 });
  writeFileSync(join(folder, 'other'), '{}');
  const watch = new SettingsWatch(file);
  const changed = new Promise<void>((resolve) => watch.subscribe(resolve));
  chmodSync(file, 0o600);
  change(file);
  await changed;
  watch.close();
});
