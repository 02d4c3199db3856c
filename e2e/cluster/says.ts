import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';

let asked = 0;

/** What a command says in a session with a shell. */
export async function says(client: TerminalClient, command: string): Promise<string> {
  asked += 1;
  const [begin, end] = [`begin${asked};`, `end${asked};`];
  client.type(`echo "b""egin${asked};"; ${command}; echo "e""nd${asked};"\n`);
  await client.shows(end);
  return client.between(begin, end).trim();
}
