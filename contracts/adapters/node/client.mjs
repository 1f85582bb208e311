// A client of Synap's batch endpoint for Node 20 and later: the built-in fetch, no dependencies.

import { setTimeout as sleep } from "node:timers/promises";
import { resultIn } from "./answers.mjs";
import { bodyOf } from "./entries.mjs";
import { AuthenticationError, InvalidInputError, NetworkError, RateLimitError, ServiceError } from "./errors.mjs";

export * from "./errors.mjs";

const ATTEMPTS = 3;
const UNREACHED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

export class SynapClient {
  #apiKey;
  #endpoint;
  #timeoutMs;
  #longestWaitMs;

  /**
   * @param {object} options
   * @param {string} options.baseUrl Where Synap is.
   * @param {string} options.apiKey The key.
   * @param {number} [options.timeoutS] Seconds that one request may take, its answer's body included.
   * @param {number} [options.longestWaitS] Seconds that a call may wait before it tries again; what takes longer is raised.
   * @throws {AuthenticationError} The key is missing or malformed.
   */
  constructor({ baseUrl, apiKey, timeoutS = 30, longestWaitS = 30 }) {
    // fetch would reject such a key too, with an error that contains it.
    if (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new AuthenticationError("the API key is missing or malformed; expected printable ASCII without spaces");
    }
    this.#apiKey = apiKey;
    this.#endpoint = new URL("v1/conversations/messages/batch", `${baseUrl.replace(/\/+$/, "")}/`);
    this.#timeoutMs = timeoutS * 1000;
    this.#longestWaitMs = longestWaitS * 1000;
  }

  /**
   * Record messages in one batch.
   *
   * A POST is sent again only where nothing of it can be recorded: no connection was made, or Synap answered 429.
   *
   * @param {Iterable<object>} messages Entries as the page has them.
   * @returns {Promise<{total: number, succeeded: number, failed: number, results: object[]}>} One row per message, in order.
   * @throws {InvalidInputError | AuthenticationError | NetworkError | RateLimitError | ServiceError}
   */
  async recordMessagesBatch(messages) {
    const { body, count } = bodyOf(messages);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#post(body, count);
      } catch (error) {
        const waitMs = this.#waitAfter(error, attempt);
        if (attempt === ATTEMPTS || waitMs === null || waitMs > this.#longestWaitMs) throw error;
        await sleep(waitMs);
      }
    }
  }

  async #post(body, count) {
    const { status, retryAfter, text } = await this.#exchange(body);
    if (status === 200) {
      const result = resultIn(text, count);
      if (result) return result;
      throw new ServiceError("Synap answered 200 with something that is no batch result; messages may be recorded", status);
    }
    const problem = `Synap answered ${status}: ${text.replaceAll(this.#apiKey, "…").slice(0, 500)}`;
    if (status === 400 || status === 422) throw new InvalidInputError(problem);
    if (status === 401 || status === 403) throw new AuthenticationError(problem);
    if (status === 429) throw new RateLimitError(problem, secondsIn(retryAfter));
    throw new ServiceError(problem, status);
  }

  async #exchange(body) {
    try {
      const response = await fetch(this.#endpoint, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#apiKey}`, "content-type": "application/json" },
        body,
        redirect: "manual", // another origin gets neither the key nor the messages
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      return { status: response.status, retryAfter: response.headers.get("retry-after"), text: await response.text() };
    } catch (cause) {
      const reason = cause.cause?.code ?? cause.cause?.message ?? cause.name;
      throw new NetworkError(`no answer from Synap: ${reason}`, { cause, nothingSent: UNREACHED.has(reason) });
    }
  }

  #waitAfter(error, attempt) {
    if (error instanceof RateLimitError && error.retryAfter !== null) return error.retryAfter * 1000;
    if (error instanceof NetworkError && error.nothingSent) return Math.min(100 * attempt, this.#longestWaitMs);
    return null;
  }
}

function secondsIn(retryAfter) {
  return /^\d+$/.test(retryAfter ?? "") ? Number(retryAfter) : null;
}

// What adapter.mjs requires of a client's module.
export const name = "Node client";
export const can = ["timeout_s", "retry"];

export function makeClient({ baseUrl, apiKey, timeoutS, retry }) {
  return new SynapClient({ baseUrl, apiKey, timeoutS, longestWaitS: retry === "fast" ? 0 : 30 });
}
