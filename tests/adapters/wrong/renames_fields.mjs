// Writes the optional fields as JavaScript names things.

import { SynapClient } from "../../../contracts/adapters/node/client.mjs";

export * from "../../../contracts/adapters/node/errors.mjs";

const renamed = ({ user_id: userId, ...entry }) => ({ ...entry, userId });

class Renaming extends SynapClient {
  recordMessagesBatch(messages) {
    return super.recordMessagesBatch(messages.map(renamed));
  }
}

export const makeClient = (options) => new Renaming(options);
