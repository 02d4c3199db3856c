import type { Peer } from './peer';
import { claudeCodeUi } from './peers/claude-code-ui';
import { gotty } from './peers/gotty';
import { nodePty } from './peers/node-pty';
import { openssh } from './peers/openssh';
import { ours } from './peers/ours';
import { ptyLoop } from './peers/pty-loop';
import { shellinabox } from './peers/shellinabox';
import { terminado } from './peers/terminado';
import { ttyd } from './peers/ttyd';
import { wetty } from './peers/wetty';

/** In the order of the table: the limits, ours, the others. */
export const PEERS: readonly Peer[] = [
  ptyLoop,
  nodePty,
  ours,
  openssh,
  ttyd,
  gotty,
  wetty,
  terminado,
  claudeCodeUi,
  shellinabox,
];
