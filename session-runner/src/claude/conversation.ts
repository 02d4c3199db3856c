import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../files/private-file';
import { isRecord } from './settings';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** One above this has messages. */
const SHORT_TRANSCRIPT_BYTES = 1024 * 1024;

interface Memory {
  /** The conversation's. */
  id: string;
  /** The session that has begun a conversation though there was one to go on with; null if none has. */
  begunBy: string | null;
}

/** Remembers which conversation a workspace is in, so that the next session there goes on with it. */
export class Conversation {
  private constructor(
    private readonly file: string,
    private memory: Memory,
    /** Whether there is something to go on with. */
    readonly exists: boolean,
  ) {}

  /**
   * @param directory the session's; `home` is the CLI's
   * @param newOf the session that wants a conversation of its own
   */
  static of(directory: string, home: string, newOf?: string): Conversation {
    const file = join(directory, 'conversation.json');
    const remembered = read(file);
    const isWanted = newOf === undefined || remembered?.begunBy === newOf;
    const exists = remembered !== null && isWanted && hasTranscript(home, remembered.id);
    const memory = exists ? remembered : { id: randomUUID(), begunBy: newOf ?? null };
    const conversation = new Conversation(file, memory, exists);
    conversation.write();
    return conversation;
  }

  /** An id that is used already cannot be given again, and one without a transcript cannot be resumed. */
  get arguments(): string[] {
    return [this.exists ? '--resume' : '--session-id', this.memory.id];
  }

  /** The person went to another conversation. */
  moveTo(id: string): void {
    if (id === this.memory.id || !UUID.test(id)) return;
    this.memory = { ...this.memory, id };
    try {
      this.write();
    } catch {
      // The disk may be full. The next session goes on with an earlier conversation then.
    }
  }

  private write(): void {
    writeFileSync(this.file, JSON.stringify(this.memory), { mode: 0o600 });
  }
}

function read(file: string): Memory | null {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { id, begunBy } = isRecord(content) ? content : {};
    return isUuid(id) ? { id, begunBy: isUuid(begunBy) ? begunBy : null } : null;
  } catch {
    return null;
  }
}

const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** Transcripts are at `~/.claude/projects/<working directory, mangled>/<id>.jsonl`. */
function hasTranscript(home: string, id: string): boolean {
  const projects = join(home, '.claude', 'projects');
  try {
    return readdirSync(projects).some((project) => hasMessages(join(projects, project, `${id}.jsonl`)));
  } catch {
    return false;
  }
}

/** A transcript without a message, as a kill soon after the start leaves it, cannot be resumed: the CLI would end. */
function hasMessages(transcript: string): boolean {
  const short = readRegularFile(transcript, SHORT_TRANSCRIPT_BYTES);
  return short === null ? existsSync(transcript) : short.includes('"type":"user"');
}
