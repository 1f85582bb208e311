// Writes its defaults into the caller's own objects.

import { SynapClient } from "../../../contracts/adapters/node/client.mjs";

export * from "../../../contracts/adapters/node/errors.mjs";

class Filling extends SynapClient {
  recordMessagesBatch(messages) {
    for (const entry of messages) entry.metadata ??= {};
    return super.recordMessagesBatch(messages);
  }
}

export const makeClient = (options) => new Filling(options);
