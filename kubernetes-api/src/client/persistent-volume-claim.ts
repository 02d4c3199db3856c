import type { KubernetesObject } from '../objects';
import type { ResourceType } from './resource-type';

/** The part of a claim that workspaces use. */
export interface PersistentVolumeClaim extends KubernetesObject {
  spec: {
    accessModes: string[];
    resources: { requests: { storage: string } };
    storageClassName?: string;
  };
}

export const CLAIM: ResourceType<PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
};
