/** What an address shows. Other addresses are not served, or lead to the start. */
export type Route =
  | { page: 'start' | 'administration' }
  | { page: 'session'; id: string }
  /** A read-only link. Its secret is the fragment, which browsers do not send: no server's log has it. */
  | { page: 'shared'; secret: string };

/** The gateway and the web client's nginx serve the page at each of these. */
const SESSIONS = '/s';
const ADMINISTRATION = '/administration';

export function routeOf({ pathname, hash }: { pathname: string; hash: string }): Route {
  const [, first = '', second = ''] = pathname.split('/');
  if (`/${first}` === ADMINISTRATION) return { page: 'administration' };
  if (`/${first}` !== SESSIONS) return { page: 'start' };
  return second === '' ? { page: 'shared', secret: hash.slice(1) } : { page: 'session', id: decoded(second) };
}

export function addressOf(route: Exclude<Route, { page: 'shared' }>): string {
  switch (route.page) {
    case 'start':
      return '/';
    case 'administration':
      return ADMINISTRATION;
    case 'session':
      return `${SESSIONS}/${encodeURIComponent(route.id)}`;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
