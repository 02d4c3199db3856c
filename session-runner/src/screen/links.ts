import type { XtermCore } from '@claude-webui/protocol';

/** A link to somewhere longer than this is left out. */
const MAX_URI_CHARS = 8192;

/** The targets of OSC 8. */
export class Links {
  constructor(private readonly core: XtermCore) {}

  /** Whether there is such a link, and it is none of those that are left out. */
  has(link: number): boolean {
    const data = this.core._oscLinkService.getLinkData(link);
    return data !== undefined && data.uri.length <= MAX_URI_CHARS;
  }

  /**
   * Opens a link, or closes it for 0. One that had no id is given one: its cells need not lie together, and are one link all
   * the same.
   */
  sequence(link: number): string {
    const data = link === 0 ? undefined : this.core._oscLinkService.getLinkData(link);
    return data === undefined ? '\x1b]8;;\x1b\\' : `\x1b]8;id=${data.id ?? `~${link}`};${data.uri}\x1b\\`;
  }
}
