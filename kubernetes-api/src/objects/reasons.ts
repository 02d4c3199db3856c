/** Phases of a ClaudeSession, and the closed list of its `status.reason`. docs/OPERATOR.md explains each to people. */

export const SESSION_PHASES = [
  'Pending',
  'Starting',
  'Ready',
  'Attached',
  'Detached',
  'Suspended',
  'Ended',
  'Failed',
] as const;
export type SessionPhase = (typeof SESSION_PHASES)[number];

/** While there is no terminal yet. */
export const STARTING_REASONS = [
  'Scheduling',
  'Unschedulable',
  'PullingImage',
  'ImagePullFailed',
  'StartingContainer',
  'TemplateNotFound',
  'NetworkPolicyNotApplied',
  'QuotaExceeded',
  'WorkspaceBusy',
  'Restarting',
  'Resuming',
] as const;

/** Why there is no terminal any more. Those that describe a pod also tell why the session's last pod was replaced. */
export const END_REASONS = [
  'ProgramExited',
  'Terminated',
  'IdleTimeout',
  'DetachTimeout',
  'LifetimeExceeded',
  'SuspensionExpired',
  'TooManySuspended',
  'RunnerCrashed',
  'RunnerUnresponsive',
  'OutOfMemory',
  'Evicted',
  'DiskFull',
  'TooManyProcesses',
  'Preempted',
  'NodeLost',
  'StartFailed',
  'CliNotInstalled',
  'PolicyNotEnforced',
  'ServerStopping',
] as const;
export type EndReason = (typeof END_REASONS)[number];

export const SESSION_REASONS = [...STARTING_REASONS, 'Running', 'Suspended', ...END_REASONS] as const;
export type SessionReason = (typeof SESSION_REASONS)[number];

export const SESSION_CONDITIONS = [
  'Scheduled',
  'Ready',
  'Attached',
  'WaitingForInput',
  'Suspended',
  'NodeDraining',
] as const;
export type SessionConditionType = (typeof SESSION_CONDITIONS)[number];

/** Reason of the condition `Suspended` when the machine was being emptied. */
export const SUSPENDED_FOR_DRAIN = 'NodeEmptied';

export const TEMPLATE_CONDITIONS = ['Accepted', 'NetworkPolicyApplied', 'WarmPoolReady'] as const;
export type TemplateConditionType = (typeof TEMPLATE_CONDITIONS)[number];
