/** How a request failed: TensorFlow Serving's codes, and the HTTP status that it answers for each. */
const httpStatus = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  ABORTED: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

export type StatusCode = keyof typeof httpStatus;

/** What a client is told instead of an answer. */
export class ServingError extends Error {
  override name = "ServingError";

  constructor(
    readonly code: StatusCode,
    message: string,
    /** Seconds after which to try again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  get httpStatus(): number {
    return httpStatus[this.code];
  }
}

export const invalid = (message: string): ServingError => new ServingError("INVALID_ARGUMENT", message);
