/** metav1.Condition: one aspect of an object's state, with a reason for programs and a message for people. */
import { z } from 'zod';

export const conditionSchema = z
  .object({
    type: z.string().max(316).describe('The aspect that this condition tells about, in CamelCase.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('The generation of the spec that the condition was computed from.'),
    lastTransitionTime: z
      .string()
      .meta({ format: 'date-time' })
      .describe('When the status last changed from one value to another.'),
    reason: z.string().min(1).max(1024).describe('Why, as one CamelCase word for programs.'),
    message: z.string().max(32768).describe('Why, as a sentence for people.'),
  })
  .describe('One aspect of the state of the object.');

export type Condition = z.infer<typeof conditionSchema>;

/** At most one condition of each type, merged by type. */
export const conditionsSchema = z
  .array(conditionSchema)
  .max(16)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
