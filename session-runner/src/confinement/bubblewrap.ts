import { MANAGED_DIRECTORY } from '../claude/managed-settings';
import type { Command } from '../program/command';

/** What a confined program may see beside the system's own files. */
export interface Permitted {
  /** Absolute paths, at the same place inside. */
  readWrite: string[];
  readOnly: string[];
  /** Seen as /tmp. */
  temporary: string;
  /** Seen as /etc/passwd and /etc/group: the machine's name its people. */
  passwd: string;
  group: string;
  /** Seen as /etc/claude-code: what Claude Code must obey. Null: nothing is. */
  managed: string | null;
}

/** Nobody inside is root, whoever runs the server. */
export const SANDBOX_ID = 1000;
export const SANDBOX_USER = 'claude';

/** Not /opt, /srv and /var: servers and their secrets lie there, perhaps our own. */
const SYSTEM_DIRECTORIES = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/**
 * What programs need of /etc to resolve names, trust certificates, find libraries and start a shell. Beside the certificates lie private keys: those stay outside.
 */
const SYSTEM_FILES = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates',
  'crypto-policies',
  'gai.conf',
  'gitconfig',
  'host.conf',
  'hosts',
  'inputrc',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'pki/ca-trust',
  'pki/tls/cert.pem',
  'pki/tls/certs',
  'profile',
  'profile.d',
  'protocols',
  'resolv.conf',
  'services',
  'ssl/cert.pem',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
].map((name) => `/etc/${name}`);

/**
 * The command inside bubblewrap: own processes, own /tmp, and of the file system only what is permitted. The network is
 * the machine's, for Claude Code has to reach its model.
 *
 * There is no `--new-session`, which would take the terminal's job control away. It guards against TIOCSTI into the
 * caller's terminal; here the terminal is the session's own, with nobody else's shell behind it.
 *
 * The environment goes by the caller's spawn, never as `--setenv`: arguments are for everybody to read.
 */
export function confine(command: Command, permitted: Permitted): Command {
  const id = String(SANDBOX_ID);
  const readOnly = (path: string) => ['--ro-bind-try', path, path];
  const args = [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--uid', id, '--gid', id, '--hostname', 'claude-webui', '--die-with-parent', '--cap-drop', 'ALL'],
    ...SYSTEM_DIRECTORIES.flatMap(readOnly),
    ...SYSTEM_FILES.flatMap(readOnly),
    ...['--ro-bind', permitted.passwd, '/etc/passwd', '--ro-bind', permitted.group, '/etc/group'],
    ...(permitted.managed === null ? [] : ['--ro-bind', permitted.managed, MANAGED_DIRECTORY]),
    ...['--proc', '/proc', '--dev', '/dev', '--bind', permitted.temporary, '/tmp'],
    ...permitted.readWrite.flatMap((path) => ['--bind', path, path]),
    ...permitted.readOnly.flatMap((path) => ['--ro-bind', path, path]),
    // The root that all this hangs in is memory: not the session's to fill.
    ...['--remount-ro', '/'],
    ...['--chdir', command.cwd, '--', command.file, ...command.args],
  ];
  return { ...command, file: BUBBLEWRAP, args };
}

/** Where Debian, Fedora and Arch put it. */
export const BUBBLEWRAP = '/usr/bin/bwrap';

/** The sandbox's user database. */
export function sandboxPasswd(home: string, shell: string): string {
  return [
    'root:x:0:0:root:/:/usr/sbin/nologin',
    `${SANDBOX_USER}:x:${SANDBOX_ID}:${SANDBOX_ID}::${home}:${shell}`,
    `nobody:x:65534:65534:nobody:/:/usr/sbin/nologin`,
    '',
  ].join('\n');
}

export const SANDBOX_GROUP = `root:x:0:\n${SANDBOX_USER}:x:${SANDBOX_ID}:\nnogroup:x:65534:\n`;
