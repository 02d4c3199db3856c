/**
 * The PersistentVolumeClaim of a persistent workspace: one per owner and workspace name. It belongs to no session, so it
 * stays when sessions are suspended, end or are deleted; only whoever deletes the claim deletes the files.
 */
import type { ClaudeSession, SessionTemplate } from '@claude-webui/kubernetes-api';
import { ANNOTATIONS, LABELS, OPERATOR_NAME, ownerLabel, workspaceClaimName } from '@claude-webui/kubernetes-api';
import type { PersistentVolumeClaim } from '@claude-webui/kubernetes-api/client';
import { common } from './common';
import type { Placement } from './placement';

export function workspaceClaim(
  session: ClaudeSession,
  { spec }: SessionTemplate,
  placement: Placement,
): PersistentVolumeClaim {
  const { owner, ownerName, workspace } = session.spec;
  return {
    metadata: {
      name: workspaceClaimName(session.spec),
      // Labels cannot hold every name that a person or a workspace may have.
      ...common(
        placement,
        { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.owner]: ownerLabel(owner) },
        {
          [ANNOTATIONS.workspace]: workspace,
          [ANNOTATIONS.owner]: owner,
          ...(ownerName === undefined ? {} : { [ANNOTATIONS.ownerName]: ownerName }),
        },
      ),
    },
    spec: {
      accessModes: spec.workspace.accessModes,
      resources: { requests: { storage: String(spec.workspace.size) } },
      ...(spec.workspace.storageClassName === undefined ? {} : { storageClassName: spec.workspace.storageClassName }),
    },
  };
}
