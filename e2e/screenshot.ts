/** `npm run screenshot`: takes the README's picture from the real thing. */
import { join } from 'node:path';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from './system/stage';

const PICTURE = join(__dirname, '../docs/images/terminal.png');
const ANSWER =
  'say: The flaky test waits for a timer. I made it wait for the event instead, ran it 200 times, and it passed each time.';

test('take the picture', async () => {
  const stage = await openStage();
  const context = await stage.newContext({ viewport: { width: 1120, height: 640 }, deviceScaleFactor: 2 });
  const workbench = await WorkbenchPage.signIn(await context.newPage(), stage.gateway.url);
  await workbench.ready();
  await workbench.type(ANSWER);
  await workbench.page.keyboard.press('Enter');
  await workbench.sees('● The flaky');
  await workbench.page.getByText('Ready').first().waitFor();
  await workbench.page.getByText(/^\d+(\.\d)? ms$/).waitFor();
  await workbench.page.screenshot({ path: PICTURE });
  await stage.close();
});
