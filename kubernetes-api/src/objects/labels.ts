/** Group, version and the names that this project writes on objects. */
import { createHash } from 'node:crypto';

export const API_GROUP = 'claude-webui.io';
export const API_VERSION = 'v1alpha1';
/**
 * Of the schemas of both kinds: one more with every release that changes them. The CustomResourceDefinitions carry it, and so do the
 * objects that chart and gateway make; an object without one is of the first.
 */
export const SCHEMA_VERSION = 1;
/** As it stands in `apiVersion`. */
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;

export const LABELS = {
  /** Name of the ClaudeSession that a pod belongs to; absent on a warm pod that nobody has. */
  session: `${API_GROUP}/session`,
  /** Name of the SessionTemplate that a pod was made from. */
  template: `${API_GROUP}/template`,
  /** Hash of the template as it was when a warm pod was made; gone once the pod is somebody's. */
  pool: `${API_GROUP}/pool`,
  /** Which of the session's pods it is: 0 the first, then one more for each replacement. */
  start: `${API_GROUP}/start`,
  /** `ownerLabel` of the owner. */
  owner: `${API_GROUP}/owner`,
  /** Kind of a pod's workspace: `Ephemeral` is lost with the pod. */
  workspace: `${API_GROUP}/workspace`,
  name: 'app.kubernetes.io/name',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

export const ANNOTATIONS = {
  /** On definitions and objects: the SCHEMA_VERSION of the release that wrote them. */
  schemaVersion: `${API_GROUP}/schema-version`,
  /** On the claim of a persistent workspace: the name of the workspace. */
  workspace: `${API_GROUP}/workspace`,
  /** On a claim: user id of whose files these are. */
  owner: `${API_GROUP}/owner`,
  /** What the owner was called when the claim was made. */
  ownerName: `${API_GROUP}/owner-name`,
} as const;

/** `app.kubernetes.io/name` of every session pod. */
export const SESSION_POD_NAME = 'claude-webui-session';
/** `app.kubernetes.io/managed-by`, and the field manager of server-side apply. */
export const OPERATOR_NAME = 'claude-webui-operator';
/** Earlier releases put it on ClaudeSessions. It is taken off: without the operator nothing would be deleted. */
export const FORMER_FINALIZER = `${API_GROUP}/session-end`;

/** A user id may be any text; a label may not. Half a SHA-256 keeps owners apart and says nothing about them. */
export function ownerLabel(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 32);
}

/** Name of the claim of a persistent workspace: the same for every session of the owner in the workspace. */
export function workspaceClaimName({ owner, workspace }: { owner: string; workspace: string }): string {
  return `workspace-${createHash('sha256').update(`${owner}\n${workspace}`).digest('hex').slice(0, 24)}`;
}
