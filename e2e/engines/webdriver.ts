/** A client of the W3C WebDriver protocol, as much of it as the scenarios need. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: Readonly<Record<string, string>> = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Escape: '\uE00C',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Insert: '\uE016',
  Delete: '\uE017',
  F1: '\uE031',
  F6: '\uE036',
  Meta: '\uE03D',
};

export class WebDriverSession {
  private constructor(private readonly url: string) {}

  /** @param server address of a WebDriver program */
  static async start(server: string, capabilities: object): Promise<WebDriverSession> {
    const { sessionId } = (await call('POST', `${server}/session`, {
      capabilities: { alwaysMatch: capabilities },
    })) as { sessionId: string };
    return new WebDriverSession(`${server}/session/${sessionId}`);
  }

  post(path: string, body: object = {}): Promise<unknown> {
    return call('POST', `${this.url}/${path}`, body);
  }

  get(path: string): Promise<unknown> {
    return call('GET', `${this.url}/${path}`);
  }

  delete(path = ''): Promise<unknown> {
    return call('DELETE', path === '' ? this.url : `${this.url}/${path}`);
  }

  /** The value of an expression, awaited. */
  async evaluate(code: string): Promise<unknown> {
    const script = `const done = arguments[arguments.length - 1];
      (async () => ${code})().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = (await this.post('execute/async', { script, args: [] })) as { value?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async setFiles(selector: string, paths: string[]): Promise<void> {
    const found = (await this.post('element', { using: 'css selector', value: selector })) as Record<string, string>;
    await this.post(`element/${found[ELEMENT] ?? ''}/value`, { text: paths.join('\n') });
  }

  async keys(...ticks: { type: 'keyDown' | 'keyUp'; key: string }[]): Promise<void> {
    const actions = ticks.map(({ type, key }) => ({ type, value: KEYS[key] ?? key }));
    await this.post('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async pointer(...actions: object[]): Promise<void> {
    await this.post('actions', {
      actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
    });
  }
}

async function call(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}
