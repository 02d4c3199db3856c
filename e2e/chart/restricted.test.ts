import type { PodSpec } from './restricted';
import { breaches } from './restricted';

const CONFINED: PodSpec = {
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'a',
      resources: { limits: { memory: '1Gi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    },
  ],
};

test('a pod of the restricted profile has no breach', () => {
  expect(breaches(CONFINED)).toEqual([]);
});

test('every breach is named', () => {
  const bare: PodSpec = {
    hostNetwork: true,
    volumes: [{ name: 'docker', hostPath: { path: '/var/run' } }],
    containers: [
      {
        name: 'a',
        ports: [{ hostPort: 80 }],
        securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
      },
    ],
  };
  expect(breaches(bare)).toEqual([
    'shares a namespace of the host',
    'volume docker is a hostPath',
    'a may be root',
    'a may gain privileges',
    'a is privileged',
    'a keeps capabilities',
    'a adds capabilities',
    'a has no seccomp profile',
    'a takes a port of the host',
    'a can write to its root',
    'a has no memory limit',
  ]);
});

test('what a container says counts before what its pod says, and init containers count too', () => {
  const [container] = CONFINED.containers;
  const root = { ...container!, securityContext: { ...container!.securityContext, runAsUser: 0 } };
  expect(breaches({ ...CONFINED, initContainers: [root] })).toEqual(['a may be root']);
});
