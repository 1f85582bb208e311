// Raises a NetworkError that is none of the classes it offers: nobody can catch it by name.

import { NetworkError as Own, SynapClient } from "../../../contracts/adapters/node/client.mjs";

export { AuthenticationError, InvalidInputError } from "../../../contracts/adapters/node/errors.mjs";

class NetworkError extends Error {}

class Hiding extends SynapClient {
  async recordMessagesBatch(messages) {
    try {
      return await super.recordMessagesBatch(messages);
    } catch (error) {
      throw error instanceof Own ? new NetworkError(error.message) : error;
    }
  }
}

export const makeClient = (options) => new Hiding(options);
