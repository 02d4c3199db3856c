/** An answer of the API server that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** The machine-readable reason of the Status object, such as `AlreadyExists`; empty if the answer was none. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

const hasStatus = (error: unknown, status: number) => error instanceof ApiError && error.status === status;

export const isNotFound = (error: unknown) => hasStatus(error, 404);
/** Somebody else has changed the object, or it exists already. */
export const isConflict = (error: unknown) => hasStatus(error, 409);
/** The object that was read is another by now, or is gone: news of that is on its way. */
export const isOutdated = (error: unknown) => isConflict(error) || isNotFound(error);
export const isForbidden = (error: unknown): error is ApiError => hasStatus(error, 403);
export const isInvalid = (error: unknown): error is ApiError => hasStatus(error, 422) || hasStatus(error, 400);
/** The resource version asked for has been compacted away. */
export const isGone = (error: unknown) => hasStatus(error, 410);
