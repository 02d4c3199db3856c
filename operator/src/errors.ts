/** Errors that end the operator with a sentence for whoever runs it. What the API server refuses is in controller/api-error.ts. */

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(problems.join('; '));
  }
}
