/**
 * The Kubernetes API of this project: group, objects, labels, reasons. Gateway and operator import it; the browser and
 * the session-runner never do, so it has an entry point of its own and may use zod.
 */
export * from './claude-session';
export * from './condition';
export * from './custom-resource';
export * from './labels';
export * from './object-meta';
export * from './reasons';
export * from './reserved-variables';
export * from './session-template';
