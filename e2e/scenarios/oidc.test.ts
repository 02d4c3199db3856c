import { startProvider } from '@claude-webui/testing/processes/openid-provider';
import type { ProviderProcess } from '@claude-webui/testing/processes/openid-provider';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { WorkbenchPage } from '@claude-webui/testing/page/workbench-page';
import { openStage } from '../system/stage';
import type { Stage } from '../system/stage';

let provider: ProviderProcess;
let stage: Stage;
beforeAll(() => onFreePorts(1, start));

/** The provider has to know the port before the gateway listens. */
async function start(port: number): Promise<void> {
  const redirectUri = `http://localhost:${port}/auth/oidc/callback`;
  provider = await startProvider(redirectUri);
  stage = await openStage({
    PORT: String(port),
    PASSWORD_SIGN_IN: 'false',
    OIDC_ISSUER: provider.issuer,
    OIDC_NAME: 'Example ID',
    OIDC_CLIENT_ID: 'webui',
    OIDC_CLIENT_SECRET: 'the-client-secret',
    OIDC_ROLE_MAP: 'admins=admin,developers=user',
    OIDC_REDIRECT_URI: redirectUri,
  }).catch(async (error: unknown) => {
    await provider.close();
    throw error;
  });
}
afterAll(async () => {
  await stage.close();
  await provider.close();
});

/** A browser at the sign-in page, whose person is this one to the provider. */
async function browserOf(account: string): Promise<WorkbenchPage> {
  const context = await stage.newContext();
  await context.addCookies([{ name: 'account', value: account, url: provider.issuer }]);
  const page = await context.newPage();
  await page.goto(stage.gateway.url);
  return new WorkbenchPage(page);
}

const signIn = ({ page }: WorkbenchPage) => page.getByRole('link', { name: 'Sign in with Example ID' }).click();

test('a person signs in at the provider, stays so through a reload, and signs out at both', async () => {
  const workbench = await browserOf('ada');
  await signIn(workbench);
  await workbench.opened();
  expect(new URL(workbench.page.url()).search).toBe('');
  expect(await workbench.page.getByLabel('Password').count()).toBe(0);
  await workbench.page.reload();
  await workbench.opened();
  await workbench.page.getByText('Ada', { exact: true }).waitFor();
  await workbench.ready();

  await workbench.button('Sign out').click();
  await workbench.page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await workbench.page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
  expect(new URL(workbench.page.url()).origin).toBe(new URL(stage.gateway.url).origin);
});

test('who has no role reads why, and once only', async () => {
  const workbench = await browserOf('nobody');
  await signIn(workbench);
  const { page } = workbench;
  const reason = page.getByRole('alert').filter({ hasText: 'Your account has no role here' });
  await reason.waitFor();
  await page.reload();
  await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
  expect(await reason.count()).toBe(0);
});
