// Sends the batch again after a 5xx, recorded or not.

import { SynapClient } from "../../../contracts/adapters/node/client.mjs";

export * from "../../../contracts/adapters/node/errors.mjs";

class Retrying extends SynapClient {
  async recordMessagesBatch(messages) {
    try {
      return await super.recordMessagesBatch(messages);
    } catch (error) {
      if (!(error.status >= 500)) throw error;
      return super.recordMessagesBatch(messages);
    }
  }
}

export const makeClient = (options) => new Retrying(options);
