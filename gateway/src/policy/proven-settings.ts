/** More than one policy is in use only while it changes; more than one Claude Code only while images do. */
const MAX_POLICIES = 64;
const MAX_CLIS = 16;

type Listener = (hash: string, cli: string) => void;

/** Which Claude Code was seen to obey which settings, so that one session's self-test is enough for all like it. */
export class ProvenSettings {
  private readonly clisByHash = new Map<string, Set<string>>();
  private readonly listeners = new Set<Listener>();

  /** A runner has told this gateway that it has tested it. */
  add(hash: string, cli: string): void {
    if (this.for(hash).includes(cli)) return;
    this.adopt(hash, cli);
    for (const listener of this.listeners) listener(hash, cli);
  }

  /** Another gateway knows it. */
  adopt(hash: string, cli: string): void {
    const clis = this.clisByHash.get(hash) ?? new Set();
    if (clis.size < MAX_CLIS) clis.add(cli);
    this.clisByHash.set(hash, clis);
    if (this.clisByHash.size <= MAX_POLICIES) return;
    const [oldest] = this.clisByHash.keys();
    if (oldest !== undefined) this.clisByHash.delete(oldest);
  }

  for(hash: string): string[] {
    return [...(this.clisByHash.get(hash) ?? [])];
  }

  entries(): [hash: string, cli: string][] {
    return [...this.clisByHash].flatMap(([hash, clis]) => [...clis].map((cli): [string, string] => [hash, cli]));
  }

  /** Calls back with what runners tell this gateway. Returns the unsubscriber. */
  subscribeOwn(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
