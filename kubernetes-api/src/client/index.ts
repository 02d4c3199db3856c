/** A client of the Kubernetes API for gateway and operator: requests, watches, what the watches have told, and the queue of what to look at. */
export * from './api-client';
export * from './api-error';
export * from './backoff';
export * from './connection';
export * from './informer';
export * from './kube-config';
export * from './log';
export * from './persistent-volume-claim';
export * from './plain';
export * from './pod';
export * from './rate-limit';
export * from './resource-type';
export * from './session-types';
export * from './store';
export * from './work-queue';
