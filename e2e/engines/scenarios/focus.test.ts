/** Where the keys go, in each engine: after a control of the page has been used they are the terminal's again. */
import { eventually } from '@claude-webui/testing/page/workbench-page';
import { READY, rawSettings, startRawProgram } from '../../system/raw-program';
import { inEveryEngine } from '../every-engine';
import { Workbench } from '../workbench';

/** Firefox opens its quick find on it, if the focus is nowhere. */
const KEY = '/';

inEveryEngine(rawSettings(), (play) => {
  async function open(): Promise<Workbench> {
    await startRawProgram(play().url);
    const workbench = await Workbench.signIn(await play().newPage(), play().url);
    await workbench.sees(READY);
    await workbench.focus();
    return workbench;
  }

  const focused = (workbench: Workbench) =>
    workbench.page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.getAttribute('name') ?? activeElement?.textContent.trim() ?? null;
    });

  const noDialog = ({ page }: Workbench) =>
    eventually(
      () => page.evaluate(() => document.querySelector('dialog[open]') === null),
      async () =>
        `a dialog stays open: ${await page.evaluate(() => document.querySelector('dialog[open]')?.textContent)}`,
    );

  /** Leaves the mouse on the session's row, where what can be done with it shows. */
  const atRow = async (workbench: Workbench) =>
    workbench.page.click(
      await workbench.page.evaluate(() => {
        const row = document.querySelector('.sessions .open')?.getBoundingClientRect();
        return { x: (row?.x ?? 0) + 20, y: (row?.y ?? 0) + 12 };
      }),
    );

  test('keys go to the terminal after each control of the page', async () => {
    const workbench = await open();
    const { page } = workbench;
    const escape = () => page.press('Escape');
    const button = (name: string) => () => workbench.button(name).click();
    const row = () => atRow(workbench);
    const link = () => workbench.the('textbox', 'Link').appears();
    const controls: [what: string, use: (() => Promise<unknown>)[]][] = [
      ['A+', [button('A+ (larger text)')]],
      ['A−', [button('A− (smaller text)')]],
      ['the list put away', [button('Sessions')]],
      ['the list shown', [button('Sessions')]],
      ['the tab', [button('Session 1')]],
      ['everybody’s', [() => workbench.the('checkbox', 'Everybody’s').click()]],
      ['settings and Escape', [button('Settings'), () => workbench.the('dialog', 'Settings').appears(), escape]],
      ['settings closed', [button('Settings'), button('Close')]],
      ['a choice', [button('Settings'), () => workbench.the('combobox', 'Theme').select('light'), escape]],
      ['a password', [button('Settings'), button('Change password'), button('Cancel')]],
      ['a session not begun', [button('New session'), button('Cancel')]],
      ['a name kept', [row, button('Rename Session 1'), escape]],
      ['a name given', [row, button('Rename Session 1'), button('Rename')]],
      ['a share', [button('Share'), button('Create link'), link, button('Close')]],
      ['an end not wanted', [row, button('End Session 1'), button('Cancel')]],
      ['the files shown', [button('Files')]],
      ['the files put away', [button('Files')]],
      ['a folder not made', [button('Files'), button('New folder'), button('Cancel')]],
      ['the files closed', [button('Close files')]],
      ['the search', [button('Search'), escape]],
      ['the search closed', [button('Search'), button('Close search')]],
      ['administration', [button('Administration'), button('Administration')]],
      ['a user not added', [button('Administration'), button('Add user'), button('Cancel'), button('Administration')]],
      [
        'nothing',
        [() => page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())],
      ],
    ];
    let expected = 0;
    for (const [what, uses] of controls) {
      for (const use of uses) await use();
      await noDialog(workbench);
      await page.type(KEY);
      expected += 1;
      await eventually(
        async () => (await workbench.text()).split(READY)[1]?.split(KEY).length === expected + 1,
        async () => `after ${what}, "${KEY}" went to ${await focused(workbench)}`,
        5000,
      );
    }
  });

  test('a dialog begins in its field, and fits what is in it', async () => {
    const workbench = await open();
    const dialogs: [open: string[], field: string][] = [
      [['New session'], 'name'],
      [['Rename Session 1'], 'name'],
      [['Settings', 'Change password'], 'current'],
      [['Share'], '1 hour8 hours1 day7 days'],
      [['End Session 1'], 'End session'],
      [['Settings'], 'As the systemDarkLightHigh contrast'],
    ];
    for (const [path, field] of dialogs) {
      await atRow(workbench);
      for (const name of path) await workbench.button(name).click();
      expect([path, await focused(workbench)]).toEqual([path, field]);
      const rest = await workbench.page.evaluate(() => {
        const dialog = document.querySelector('dialog[open]');
        const last = dialog?.lastElementChild;
        return (dialog?.getBoundingClientRect().bottom ?? 0) - (last?.getBoundingClientRect().bottom ?? 0);
      });
      expect([path, rest < 40]).toEqual([path, true]);
      await workbench.page.press('Escape');
    }
  });
});
