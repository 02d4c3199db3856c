/** `claude-webui workspaces`: the persistent workspaces on Kubernetes, and the end of those that belong to nobody any more. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ownerLabel } from '@claude-webui/kubernetes-api';
import { ShapeError, usersShape } from '../secrets/shapes';
import type { WorkspaceClaim, WorkspaceClaims } from '../sessions/kubernetes/workspace-claims';
import type { Command } from './command';

const USAGE = `Usage: claude-webui workspaces --namespace NAMESPACE [--owners FILE [--remove]]
Lists the persistent workspaces of the namespace: claim, owner, workspace, size, day of creation.
--owners FILE: everybody who has an account, as "claude-webui users" keeps them (users.json) or one user id (the "sub" of
  their tokens) in each line. Only the workspaces of others are listed: they belong to nobody any more.
--remove: deletes those, with all files in them. One that is in use is kept.
The cluster and the rights are those of kubectl: KUBECONFIG, or the service account of the pod.
Exit codes: 0 done, 1 the cluster or the file says no, 2 the command is not understood`;

interface Options {
  namespace: string;
  owners: string | null;
  remove: boolean;
}

export const runWorkspaces: Command = async (args, io) => {
  const options = parse(args);
  if (options === null) {
    io.err(USAGE);
    return 2;
  }
  try {
    const owners = options.owners === null ? null : await ownersIn(options.owners);
    // The client of the Kubernetes API is large, and no other command needs it.
    const { WorkspaceClaims } = await import('../sessions/kubernetes/workspace-claims.js');
    const claims = new WorkspaceClaims(options.namespace);
    try {
      const all = await claims.list();
      const listed = owners === null ? all : belongingToNobody(all, owners);
      for (const claim of listed) io.out(options.remove ? await removed(claims, claim) : line(claim));
    } finally {
      claims.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    io.err(error.message);
    return 1;
  }
};

function parse(args: string[]): Options | null {
  try {
    const { values } = parseArgs({
      args,
      options: { namespace: { type: 'string' }, owners: { type: 'string' }, remove: { type: 'boolean' } },
    });
    const { namespace, owners = null, remove = false } = values;
    // Without the people, all workspaces would belong to nobody.
    if (namespace === undefined || (remove && owners === null)) return null;
    return { namespace, owners, remove };
  } catch {
    return null;
  }
}

/** By their labels: an annotation is missing on claims of earlier releases. */
export function belongingToNobody(claims: readonly WorkspaceClaim[], owners: readonly string[]): WorkspaceClaim[] {
  const known = new Set(owners.map(ownerLabel));
  return claims.filter((claim) => !known.has(claim.ownerLabel));
}

/** User ids. @throws Error with a sentence */
export async function ownersIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`The file of the owners cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const owners = text.trimStart().startsWith('{') ? idsIn(file, text) : text.split(/\r?\n/).filter((id) => id !== '');
  if (owners.length === 0)
    throw new Error(`${file} names nobody, so every workspace would belong to nobody. Name those who have an account.`);
  return owners;
}

function idsIn(file: string, text: string): string[] {
  try {
    return usersShape(text).map(({ id }) => id);
  } catch (error) {
    throw error instanceof ShapeError ? new Error(`The file ${file} ${error.message}`) : error;
  }
}

async function removed(claims: WorkspaceClaims, claim: WorkspaceClaim): Promise<string> {
  const isRemoved = !claim.isInUse && (await claims.remove(claim.name));
  return `${line({ ...claim, isInUse: false })}\t${isRemoved ? 'removed' : 'kept, it is in use'}`;
}

function line({
  name,
  owner,
  ownerName,
  ownerLabel: label,
  workspace,
  size,
  createdAt,
  isInUse,
}: WorkspaceClaim): string {
  const whose = owner === null ? `owner ${label}` : ownerName === null ? owner : `${ownerName} (${owner})`;
  const columns = [name, whose, workspace ?? '', size, createdAt.slice(0, 10), ...(isInUse ? ['in use'] : [])];
  // What people call themselves and their workspaces is no command to the terminal.
  return columns.map((text) => text.replace(/\p{C}/gu, '?')).join('\t');
}
