/**
 * An OpenID provider on a port of its own, whose people have typed their password already: the cookie `account` says who
 * is at the keyboard. Run with the gateway's redirect URI; says its issuer on stdout.
 */
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const PEOPLE = {
  ada: { preferred_username: 'Ada', groups: ['admins', 'developers'] },
  dev: { preferred_username: 'Dev', groups: ['developers'] },
  nobody: { preferred_username: 'Nobody', groups: ['guests'] },
};

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'webui',
      client_secret: 'the-client-secret',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [new URL('/', redirectUri).href],
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
  cookies: { keys: ['a key for cookies'] },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
});
const serve = provider.callback();

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const account = /\baccount=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    const result =
      account === undefined
        ? { error: 'access_denied', error_description: 'declined' }
        : { login: { accountId: account } };
    return provider.interactionFinished(request, response, result);
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const grantId = await grant.save();
  return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
}

server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return serve(request, response);
  return interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
process.stdout.write(`${issuer}\n`);
