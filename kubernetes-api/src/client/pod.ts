/** Pods as they are read, on the wire's terms; what the operator writes has the client library's type. */
import type { KubernetesObject } from '../objects';
import type { V1PodSpec } from '@kubernetes/client-node';
import type { ResourceType } from './resource-type';
import type { Plain } from './plain';

export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
}

export interface ContainerTerminated {
  exitCode: number;
  reason?: string;
  /** What the container wrote to its termination log. */
  message?: string;
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: ContainerTerminated };
}

export interface PodStatus {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  reason?: string;
  message?: string;
  podIP?: string;
  conditions?: PodCondition[];
  containerStatuses?: ContainerStatus[];
}

export interface Pod extends KubernetesObject {
  spec?: Plain<V1PodSpec>;
  status?: PodStatus;
}

export const POD: ResourceType<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' };

/** Name of the one container of a session pod. */
export const CONTAINER = 'session-runner';

export const podCondition = (pod: Pod, type: string) => pod.status?.conditions?.find((one) => one.type === type);

export const isReady = (pod: Pod) =>
  podCondition(pod, 'Ready')?.status === 'True' && pod.metadata.deletionTimestamp === undefined;

/** Nothing of it runs any more. */
export function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Names of the claims that it mounts. */
export const claimsOf = ({ spec }: Pod): string[] =>
  (spec?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
