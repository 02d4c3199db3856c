/**
 * Objects that a later release has written: this one may not understand them. It leaves them and their pods alone, and says so by a
 * condition. The later release, once it leads, writes conditions without this one. Pure.
 */
import type { Condition, KubernetesObject } from '@claude-webui/kubernetes-api';
import { ANNOTATIONS, SCHEMA_VERSION } from '@claude-webui/kubernetes-api';
import { withTransitionTime } from '../controller/status-writer';

const versionOf = ({ metadata }: KubernetesObject) => Number(metadata.annotations?.[ANNOTATIONS.schemaVersion] ?? 0);

export const isOfLaterRelease = (object: KubernetesObject) => versionOf(object) > SCHEMA_VERSION;

export const laterReleaseMessage = (object: KubernetesObject) =>
  `A later release has written it (schema version ${versionOf(object)}); this operator knows versions up to ${SCHEMA_VERSION} and leaves it alone. Upgrade the operator, or make it anew with this release.`;

/** The status of such an object: as it is, and one condition more. */
export function leftAlone<S extends { conditions?: Condition[] | undefined }>(
  object: KubernetesObject & { status?: S },
  now: string,
): S | { conditions: Condition[] } {
  const { status, metadata } = object;
  const condition = withTransitionTime(
    status?.conditions,
    {
      type: 'Managed',
      status: 'False',
      reason: 'LaterRelease',
      message: laterReleaseMessage(object),
      observedGeneration: metadata.generation ?? 0,
    },
    now,
  );
  const others = (status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...status, conditions: [...others, condition] };
}
