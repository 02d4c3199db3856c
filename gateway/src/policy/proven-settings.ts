/** More than one policy is in use only while it changes; more than one Claude Code only while images do. */
const MAX_POLICIES = 64;
const MAX_CLIS = 16;

/** Which Claude Code was seen to obey which settings, so that one session's self-test is enough for all like it. */
export class ProvenSettings {
  private readonly clisByHash = new Map<string, Set<string>>();

  /** A runner has tested it. */
  add(hash: string, cli: string): void {
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
}
