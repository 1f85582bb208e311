// What a call may end with. Every class is the client's own: nothing that fetch throws gets through bare.

export class SynapError extends Error {
  name = this.constructor.name;
}

/** An entry breaks the page's parameter list; nothing of the call is recorded. */
export class InvalidInputError extends SynapError {}

/** The key is missing, malformed or refused. */
export class AuthenticationError extends SynapError {}

/**
 * Synap can't be reached, or its answer did not arrive.
 *
 * `nothingSent` is true where no connection was made: then nothing can have been recorded.
 */
export class NetworkError extends SynapError {
  constructor(message, { nothingSent = false, ...options } = {}) {
    super(message, options);
    this.nothingSent = nothingSent;
  }
}

/** Too many requests (429). `retryAfter` is in seconds, or null where Synap named none. */
export class RateLimitError extends SynapError {
  status = 429;

  constructor(message, retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Synap answered with a failure of its own, or with something that is no batch result. */
export class ServiceError extends SynapError {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}
