import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ CLAUDE_CODE_PATH: '/nowhere/claude' });
});
afterAll(() => stage.close());

test('without the CLI the browser says what to install', async () => {
  const workbench = await WorkbenchPage.signIn(await (await stage.newContext()).newPage(), stage.gateway.url);
  await workbench.notice('The Claude Code CLI is not installed on the server').waitFor();
  await workbench.notice('/nowhere/claude').waitFor();
});
