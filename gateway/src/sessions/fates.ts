/** What may become of the sessions of people who may not have them any more. */
export const FATES = ['end', 'suspend', 'keep'] as const;
export type Fate = (typeof FATES)[number];
