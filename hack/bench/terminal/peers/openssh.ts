import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { onFreePorts } from '@claude-webui/testing/on-free-ports';
import { Inbox } from '../inbox';
import type { Peer } from '../peer';
import { end, requireProgram, runToEnd, startServer } from '../server-process';

/** OpenSSH's own server and client, by key, with the default ciphers. The client is a process whose pipes are ours. */
export const openssh: Peer = {
  name: 'OpenSSH',
  install: async () => {
    await requireProgram('sshd', 'openssh-server');
    await requireProgram('ssh', 'openssh-client');
  },
  start: async ({ scratch }) => {
    const sshd = await requireProgram('sshd', 'openssh-server');
    const directory = join(scratch, 'ssh');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of ['host', 'user']) {
      const key = join(directory, name);
      if (!existsSync(key)) await runToEnd('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    }
    // Where sshd of Debian wants to lock its unprivileged child in.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    chmodSync(join(directory, 'user'), 0o600);
    return onFreePorts(1, (port) => {
      const config = join(directory, 'config');
      writeFileSync(
        config,
        [
          `ListenAddress 127.0.0.1:${port}`,
          `HostKey ${join(directory, 'host')}`,
          `AuthorizedKeysFile ${join(directory, 'user.pub')}`,
          `PidFile ${join(directory, 'pid')}`,
          'StrictModes no',
          'UsePAM no',
          'PermitRootLogin prohibit-password',
        ].join('\n'),
      );
      return startServer(sshd, ['-D', '-e', '-f', config], { port, access: { key: join(directory, 'user') } });
    });
  },
  connect: ({ port, access }, { workload }) => {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'EscapeChar=none'];
    const child = spawn(
      'ssh',
      [
        '-tt',
        ...options.flatMap((option) => ['-o', option]),
        ...['-i', access['key'] ?? '', '-p', String(port), `${userInfo().username}@127.0.0.1`, workload],
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const inbox = new Inbox();
    child.stdout.on('data', inbox.push);
    child.stdin.on('error', () => undefined);
    return Promise.resolve({
      write: (data) => void child.stdin.write(data),
      onData: inbox.onData,
      close: () => end(child),
    });
  },
};
