/** What a browser does of its own accord: keeps cookies by origin and path, and follows redirects when told to. */
interface Cookie {
  origin: string;
  name: string;
  value: string;
  path: string;
}

export class CookieBrowser {
  cookies: Cookie[] = [];

  /** @param names origins that are somewhere else than their name says */
  constructor(private readonly names: Record<string, string>) {}

  /** One request; a redirect is its answer. */
  async open(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    const cookie = this.cookies
      .filter(({ origin, path }) => origin === url.origin && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const place = (this.names[url.origin] ?? url.origin) + url.pathname + url.search;
    const headers = { accept: 'text/html,*/*;q=0.8', ...(init.headers as Record<string, string> | undefined), cookie };
    const response = await fetch(place, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.keep(url.origin, line);
    return response;
  }

  /** Follows redirects until `stop` says that this address is not to be opened, and gives that. */
  async follow(address: string | URL, stop: (url: URL) => boolean): Promise<URL> {
    let url = new URL(address);
    // Chromium gives up after 20 too.
    for (let hop = 0; hop < 20 && !stop(url); hop += 1) {
      const response = await this.open(url);
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
      url = new URL(location, url);
    }
    return url;
  }

  private keep(origin: string, line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s, 2);
    const attribute = (key: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = attribute('path') ?? '/';
    this.cookies = this.cookies.filter((one) => one.name !== name || one.origin !== origin || one.path !== path);
    const expires = attribute('expires');
    if (value !== '' && (expires === undefined || Date.parse(expires) > Date.now()))
      this.cookies.push({ origin, name, value, path });
  }
}
