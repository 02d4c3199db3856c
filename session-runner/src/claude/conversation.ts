import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../files/private-file';
import { isRecord } from './settings';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** One above this has messages. */
const SHORT_TRANSCRIPT_BYTES = 1024 * 1024;

/** Remembers which conversation a workspace is in, so that the next session there goes on with it. */
export class Conversation {
  private constructor(
    private readonly file: string,
    private id: string,
    /** Whether there is something to go on with. */
    readonly exists: boolean,
  ) {}

  /** @param directory the session's; `home` is the CLI's */
  static of(directory: string, home: string): Conversation {
    const file = join(directory, 'conversation.json');
    const remembered = read(file);
    const exists = remembered !== null && hasTranscript(home, remembered);
    const conversation = new Conversation(file, exists ? remembered : randomUUID(), exists);
    conversation.write();
    return conversation;
  }

  /** An id that is used already cannot be given again, and one without a transcript cannot be resumed. */
  get arguments(): string[] {
    return [this.exists ? '--resume' : '--session-id', this.id];
  }

  /** The person went to another conversation. */
  moveTo(id: string): void {
    if (id === this.id || !UUID.test(id)) return;
    this.id = id;
    this.write();
  }

  private write(): void {
    writeFileSync(this.file, JSON.stringify({ id: this.id }), { mode: 0o600 });
  }
}

function read(file: string): string | null {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const id = isRecord(content) ? content['id'] : null;
    return typeof id === 'string' && UUID.test(id) ? id : null;
  } catch {
    return null;
  }
}

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
