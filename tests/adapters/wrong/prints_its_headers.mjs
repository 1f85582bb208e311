// Left a console.log from debugging in.

import { SynapClient } from "../../../contracts/adapters/node/client.mjs";

export * from "../../../contracts/adapters/node/errors.mjs";

export function makeClient(options) {
  console.log({ authorization: `Bearer ${options.apiKey}` });
  return new SynapClient(options);
}
