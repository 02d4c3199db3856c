/** A program to be started. `env` is all of its environment, nothing is inherited. */
export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}
