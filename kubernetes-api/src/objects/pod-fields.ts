/** Fields that a SessionTemplate hands through to the pod, with the names and meanings that they have there. */
import { z } from 'zod';
import { RESERVED_VARIABLES_PATTERN } from './reserved-variables';

/** `500m`, `1Gi`, `2`. */
const QUANTITY = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

export const quantity = () =>
  z.union([z.int().min(0), z.string().max(32)]).meta({ 'x-kubernetes-int-or-string': true, pattern: QUANTITY });

/** As many as the API server can afford to compare by the rule below. */
const amounts = () => z.record(z.string(), quantity()).meta({ maxProperties: 6 });

export const resourcesSchema = z
  .object({
    requests: amounts()
      .default({ cpu: '250m', memory: '512Mi' })
      .describe('What the scheduler sets aside: cpu, memory, ephemeral-storage, or a device by its name.'),
    limits: amounts()
      .default({ cpu: '1', memory: '1Gi' })
      .describe(
        'What the session may use at most. Above the memory limit it is killed, above ephemeral-storage evicted.',
      ),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '!has(self.requests) || !has(self.limits) || self.requests.all(name, !(name in self.limits) || quantity(string(self.requests[name])).compareTo(quantity(string(self.limits[name]))) <= 0)',
        message: 'A request must not be larger than the limit of the same resource.',
      },
    ],
  });

const keySelector = (what: string) =>
  z.object({
    name: z.string().max(253).describe(`Name of a ${what} in the same namespace.`),
    key: z.string().max(253).describe(`The key in the ${what}.`),
    optional: z.boolean().optional().describe('True: the variable is left out when there is no such key.'),
  });

export const envVarSchema = z
  .object({
    name: z.string().min(1).max(256).meta({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }).describe('Name of the variable.'),
    value: z.string().max(8192).optional().describe('Its value.'),
    valueFrom: z
      .object({
        secretKeyRef: keySelector('Secret').optional().describe('Take the value from a Secret.'),
        configMapKeyRef: keySelector('ConfigMap').optional().describe('Take the value from a ConfigMap.'),
      })
      .optional()
      .describe('Where the value comes from, in the place of value.'),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: '!(has(self.value) && has(self.valueFrom))', message: 'Give value or valueFrom, not both.' },
      {
        rule: `!self.name.matches('${RESERVED_VARIABLES_PATTERN}')`,
        messageExpression: "'The product sets the variable ' + self.name + ' itself. Take it out of env.'",
        message: 'The product sets this variable itself. Take it out of env.',
      },
    ],
  });

export const tolerationSchema = z.object({
  key: z.string().max(316).optional().describe('Taint key that is tolerated; empty with Exists tolerates all.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('How key and value are compared; Equal by default.'),
  value: z.string().max(63).optional().describe('Taint value, with Equal.'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('Taint effect; empty is any.'),
  tolerationSeconds: z.int().optional().describe('With NoExecute: how long the pod stays on the tainted node.'),
});

const labelSelectorSchema = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional().describe('Labels that must have exactly these values.'),
    matchExpressions: z
      .array(
        z.object({
          key: z.string().describe('The label.'),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How it relates to the values.'),
          values: z.array(z.string()).optional().describe('The values, with In and NotIn.'),
        }),
      )
      .optional()
      .describe('Requirements on labels; all must hold.'),
  })
  .describe('Chooses objects by their labels.');

export const egressRuleSchema = z.object({
  ports: z
    .array(
      z.object({
        protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional().describe('TCP by default.'),
        port: z
          .union([z.int(), z.string()])
          .meta({ 'x-kubernetes-int-or-string': true })
          .optional()
          .describe('Port number or name; every port without it.'),
        endPort: z.int().optional().describe('Last port of a range that begins at port.'),
      }),
    )
    .max(64)
    .optional()
    .describe('Ports that may be reached; every port without it.'),
  to: z
    .array(
      z.object({
        ipBlock: z
          .object({
            cidr: z.string().describe('Addresses, as 10.0.0.0/8.'),
            except: z.array(z.string()).optional().describe('Blocks inside cidr that may not be reached.'),
          })
          .optional()
          .describe('Addresses that may be reached.'),
        namespaceSelector: labelSelectorSchema.optional().describe('Namespaces whose pods may be reached.'),
        podSelector: labelSelectorSchema.optional().describe('Pods that may be reached.'),
      }),
    )
    .max(64)
    .optional()
    .describe('Who may be reached; everybody without it.'),
});

export type EnvVar = z.infer<typeof envVarSchema>;
export type EgressRule = z.infer<typeof egressRuleSchema>;
export type Resources = z.infer<typeof resourcesSchema>;
