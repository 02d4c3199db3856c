import { generateKeyPairSync } from 'node:crypto';
import { loadConfig, misspelt } from './config';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const good = {
  SESSION_NAMESPACE: 'sessions',
  GATEWAY_INTERNAL_URL: 'http://gateway.web.svc:3002/',
  RUNNER_BIND_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};

describe('the configuration', () => {
  it('needs little, and takes an empty value for none', () => {
    expect(loadConfig({ ...good, MAX_SESSIONS: '', POD_NAMESPACE: 'web' })).toMatchObject({
      maxSessions: 0,
      placement: { gatewayInternalUrl: 'http://gateway.web.svc:3002', gateway: { namespace: 'web' } },
    });
  });

  it.each([
    ['SESSION_NAMESPACE', undefined, 'namespace that sessions run in'],
    ['GATEWAY_INTERNAL_URL', 'gateway', 'http://gateway-internal'],
    ['GATEWAY_INTERNAL_URL', 'gateway:3002', 'http://gateway-internal'],
    ['RUNNER_BIND_PUBLIC_KEY', undefined, 'public key (PEM) of the gateways'],
    ['RUNNER_BIND_PUBLIC_KEY', 'x', 'neither a public key nor a certificate'],
    ['RUNNER_BIND_PUBLIC_KEY', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'private key'],
    ['GATEWAY_POD_LABELS', 'app', 'name=value'],
    ['MAX_SESSIONS', '-1', 'MAX_SESSIONS'],
  ])('says what is wrong with %s', (name, value, sentence) => {
    expect(() => loadConfig({ ...good, [name]: value })).toThrow(sentence);
  });

  it('names variables that are probably misspelt, and is silent about those of others', () => {
    const others = { PATH: '/bin', KUBERNETES_SERVICE_HOST: '10.0.0.1', GATEWAY_SERVICE_PORT: '3001' };
    expect(misspelt({ ...good, ...others })).toEqual([]);
    expect(misspelt({ MAX_SESIONS: '3', WARM_POOL_SIZE: '2' })).toEqual([
      'MAX_SESIONS is not a variable of this server. Did you mean MAX_SESSIONS?',
      'WARM_POOL_SIZE is not a variable of this server and has no effect. Unset it.',
    ]);
  });
});
