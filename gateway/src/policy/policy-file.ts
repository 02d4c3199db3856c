import { createHash } from 'node:crypto';
import type { FSWatcher } from 'node:fs';
import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditTrail } from '../audit/audit';
import { GATEWAY } from '../audit/events';
import type { Logger } from '../log';
import { PolicyError, parsePolicy } from './parse';
import { Policy } from './policy';

/** A file that is replaced through a link elsewhere (a ConfigMap in a subPath, a network disk) tells nobody. Milliseconds. */
const POLL_MS = 10_000;
/** Writers truncate before they write; what is there so soon after a change may be half a file. Milliseconds. */
const SETTLE_MS = 100;

export interface PolicyFileParts {
  log: Logger;
  audit: AuditTrail;
  /** How often a changed file could not be used. */
  failures: { inc(): void };
}

/** Reads a policy file. @throws PolicyError; Error when it cannot be read */
export function readPolicy(file: string): Policy {
  const text = textOf(file);
  return Policy.of(parsePolicy(file, text), hashOf(text));
}

/**
 * The policy of a file, followed: sessions that begin later get what it says then. What cannot be used is told and changes
 * nothing: the last good policy goes on. Follows a ConfigMap, whose links are changed and not its files.
 */
export class PolicyFile {
  private readonly watcher: FSWatcher;
  private readonly poll: NodeJS.Timeout;
  private settling: NodeJS.Timeout | null = null;
  private lastSeen: string;
  private policy: Policy;

  private constructor(
    private readonly file: string,
    private readonly parts: PolicyFileParts,
  ) {
    this.policy = readPolicy(file);
    this.lastSeen = this.policy.hash;
    this.watcher = watch(dirname(file), { persistent: false }, () => this.readSoon());
    // The directory was replaced; the poll goes on.
    this.watcher.on('error', () => this.watcher.close());
    this.poll = setInterval(() => this.readAgain(), POLL_MS).unref();
  }

  /** @throws Error that says what to do */
  static open(file: string, parts: PolicyFileParts): PolicyFile {
    try {
      return new PolicyFile(file, parts);
    } catch (error) {
      if (error instanceof PolicyError) throw error;
      const cause = error instanceof Error ? error.message : String(error);
      throw new Error(`The policy file cannot be read (${cause}). Set POLICY_FILE to one that can, or unset it.`);
    }
  }

  get current(): Policy {
    return this.policy;
  }

  /** May be called twice. */
  close(): void {
    this.watcher.close();
    clearInterval(this.poll);
    if (this.settling !== null) clearTimeout(this.settling);
  }

  private readSoon(): void {
    this.settling ??= setTimeout(() => {
      this.settling = null;
      this.readAgain();
    }, SETTLE_MS);
  }

  private readAgain(): void {
    const { file, parts } = this;
    let text: string | null = null;
    try {
      text = textOf(file);
      const hash = hashOf(text);
      if (hash === this.lastSeen) return;
      this.lastSeen = hash;
      this.policy = Policy.of(parsePolicy(file, text), hash);
      parts.log.info({ file, hash }, 'policy reloaded');
      parts.audit.record({ event: 'policy.reloaded', ...GATEWAY, hash });
    } catch (error) {
      this.failed(error, text === null);
    }
  }

  /** Told once for each content that is wrong, and once for a file that has gone. */
  private failed(error: unknown, isUnreadable: boolean): void {
    const { file, parts } = this;
    if (isUnreadable && this.lastSeen === UNREADABLE) return;
    if (isUnreadable) this.lastSeen = UNREADABLE;
    parts.failures.inc();
    const problems = error instanceof PolicyError ? error.problems : [];
    const reason = error instanceof Error ? error.message : String(error);
    parts.log.warn({ file, problems, err: error }, 'the policy file cannot be used; the last good one goes on');
    parts.audit.record({ event: 'policy.reload-failed', ...GATEWAY, reason });
  }
}

const UNREADABLE = 'unreadable';

/** Larger ones are no policy. */
const MAX_BYTES = 1024 * 1024;

function textOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (text.length > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes`);
  return text;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
