/** What every subcommand of `claude-webui` is. */
import type { Readable } from 'node:stream';

/** What a command may use of its process. Texts are whole lines without their end. */
export interface CommandIo {
  stdin: Readable;
  out(text: string): void;
  err(text: string): void;
}

/** Runs with the arguments after its name; resolves with the exit code. */
export type Command = (args: string[], io: CommandIo) => Promise<number>;
