/** Where people reach the product: see host-names.ts. */
export const URL_OF_EDGE = 'https://terminal.test';
