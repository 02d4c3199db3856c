/** The end of a session in which nothing happens, with a browser attached to it. */
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

const TIMEOUT_MS = 60_000;
const WARNING_MS = 30_000;
/** What the machine may be late. */
const LATE_MS = 15_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ SESSION_TIMEOUT: '1', SESSION_IDLE_WARNING: String(WARNING_MS / 1000) });
});
afterAll(() => stage.close());

test('people are warned, and the session ends at its time though a browser shows it', async () => {
  const page = await (await stage.newContext()).newPage();
  const workbench = await WorkbenchPage.signIn(page, stage.gateway.url);
  await workbench.ready();
  await workbench.quiet();
  const since = performance.now();
  await workbench.notice('the session ends soon').waitFor({ timeout: TIMEOUT_MS });
  const size = await workbench.size();
  await workbench.notice('nothing happened in it').waitFor({ timeout: TIMEOUT_MS });
  const took = performance.now() - since;
  expect(await workbench.size()).toBe(size);
  expect(took).toBeGreaterThan(TIMEOUT_MS - LATE_MS);
  expect(took).toBeLessThan(TIMEOUT_MS + LATE_MS);
}, 150_000);
