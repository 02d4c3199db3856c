import { tabStorage } from '../ui/storage';
import { routeOf } from './route';

const KEY = 'claude-webui.address';

/** The person leaves for the provider, which sends them back to the start: remembers where they were to go. */
export function rememberAddress(): void {
  tabStorage.write(KEY, location.pathname);
}

/** Where the page was to go before a sign-in led elsewhere; without what the server had added to the address. */
export function addressAfterSignIn(): string {
  const remembered = tabStorage.read(KEY) ?? '';
  tabStorage.write(KEY, '');
  const isFromProvider = location.pathname === '/' && remembered.startsWith('/') && !remembered.startsWith('//');
  return isFromProvider && routeOf({ pathname: remembered, hash: '' }).page !== 'start'
    ? remembered
    : location.pathname;
}
