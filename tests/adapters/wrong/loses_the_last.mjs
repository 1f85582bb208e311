// Sends in parts of fifty, and forgets a last part of a single message.

import { SynapClient } from "../../../contracts/adapters/node/client.mjs";

export * from "../../../contracts/adapters/node/errors.mjs";

const SIZE = 50;

class Splitting extends SynapClient {
  async recordMessagesBatch(messages) {
    const whole = { total: 0, succeeded: 0, failed: 0, results: [] };
    for (let start = 0; start < messages.length - 1 || start === 0; start += SIZE) {
      const part = await super.recordMessagesBatch(messages.slice(start, start + SIZE));
      for (const name of ["total", "succeeded", "failed"]) whole[name] += part[name];
      whole.results.push(...part.results);
    }
    return whole;
  }
}

export const makeClient = (options) => new Splitting(options);
