// node adapter.mjs [CLIENT.mjs]: answers the contract kit's requests for a Node client (docs/write-an-adapter.md).
//
// The client's module exports makeClient({ baseUrl, apiKey, timeoutS, retry }), which returns an object with
// recordMessagesBatch(messages), and may have initialize() and close(). It also exports its error classes: other classes
// count as foreign. It may export name, version, and can: which of "timeout_s" and "retry" makeClient uses.

import { basename, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { inspect, isDeepStrictEqual } from "node:util";

const PROTOCOL = 1;
const LONGEST_TRACE = 4_000;
const LONGEST_TEXT = 20_000;

// Standard output is reserved for the protocol. What a client prints goes to standard error, which the kit reads too.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

function writeLine(value) {
  const line = JSON.stringify(value).replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  write(`${line}\n`);
}

async function loadClient(path) {
  try {
    const found = await import(path);
    if (typeof found.makeClient === "function") return found;
    writeLine({ unusable: `${path} exports no function makeClient` });
  } catch (error) {
    const hint = given ? "" : "; name your client's module, as in node adapter.mjs ./mine.mjs";
    writeLine({ unusable: `${path} cannot be imported: ${error}${hint}` });
  }
  process.exit(0);
}

const [given] = process.argv.slice(2);
const client = await loadClient(given ? pathToFileURL(resolve(given)).href : new URL("client.mjs", pathToFileURL(process.argv[1])).href);
const ownClasses = new Set(Object.values(client));
const open = new Map();

const requests = {
  ping: () => ({ answer: "pong" }),
  listen: () => ({ answer: [] }), // console writes to standard error, and Node has no other log
  open: async ({ client: id, base_url: baseUrl, api_key: apiKey, timeout_s: timeoutS, retry }) =>
    outcome(async () => {
      const made = await client.makeClient({ baseUrl, apiKey, timeoutS, retry });
      await made.initialize?.();
      open.set(id, made);
      return null;
    }),
  call: async ({ client: id, messages, given: as }, line) => {
    const opened = open.get(id);
    if (!opened) throw new Error(`no client ${JSON.stringify(id)} is open`);
    const result = await outcome(() => opened.recordMessagesBatch(asType(messages, as)));
    return { ...result, changed: findChange(JSON.parse(line).messages, messages, "messages") };
  },
  close: async ({ client: id }) => {
    const opened = open.get(id);
    open.delete(id);
    return outcome(async () => (await opened?.close?.()) ?? null);
  },
};

async function outcome(act) {
  try {
    return { answer: (await act()) ?? null };
  } catch (error) {
    return { raised: describe(error) };
  }
}

function asType(messages, as) {
  if (as === "tuple") return Object.freeze(messages);
  return as === "generator" ? messages.values() : messages;
}

function describe(error) {
  const names = [];
  const kind = error?.constructor?.name ?? typeof error;
  for (let each = error; each instanceof Object; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, "constructor") && ownClasses.has(each.constructor)) names.push(each.constructor.name);
  }
  return {
    class: names.length ? kind : `${kind} (not exported)`,
    names,
    text: String(error?.message ?? error),
    said: [inspect(error, { depth: 8 }).slice(0, LONGEST_TEXT)], // as a log shows it, including causes and properties
    status: Number.isInteger(error?.status) ? error.status : null,
    traceback: String(error?.stack ?? "").slice(0, LONGEST_TRACE),
  };
}

function findChange(before, after, path) {
  if (isDeepStrictEqual(before, after)) return null;
  if (Array.isArray(before) && Array.isArray(after)) {
    const index = before.findIndex((each, at) => !isDeepStrictEqual(each, after[at]));
    return before.length === after.length ? findChange(before[index], after[index], `${path}[${index}]`) : `${path} (its length)`;
  }
  if (!(before instanceof Object && after instanceof Object)) return path;
  const keys = [...Object.keys(before), ...Object.keys(after)];
  const key = keys.find((each) => !isDeepStrictEqual(before[each], after[each]) || !Object.hasOwn(after, each));
  return key === undefined ? path : findChange(before[key], after[key], `${path}.${key}`) ?? `${path}.${key}`;
}

async function answer(line) {
  const request = JSON.parse(line);
  try {
    if (!Object.hasOwn(requests, request.do)) throw new Error(`unknown request ${JSON.stringify(request.do)}`);
    writeLine({ id: request.id, ...(await requests[request.do](request, line)) });
  } catch (error) {
    writeLine({ id: request.id, broken: `the adapter failed: ${error}` });
  }
}

writeLine({
  hello: {
    protocol: PROTOCOL,
    name: client.name ?? basename(given ?? "unnamed"),
    version: client.version ?? null,
    can: ["given", "input", "listen", ...(client.can ?? [])],
    limits: { integers: Number.MAX_SAFE_INTEGER },
  },
});

// Lines are read during calls: calls can be concurrent.
const lines = createInterface({ input: process.stdin });
lines.on("line", answer);
lines.on("close", () => process.exit(0)); // a client that hangs must not keep the process alive
