// The calls that the page knows, by number, without gaps or duplicates.
import { store } from "./store.js";

const MOST = 10_000;
const SLACK = 1_000;
const SOON_MS = 16;
const TEXT = 16_384;

export class Journal {
  constructor() {
    // Changes with every change; epoch changes unless calls were only added at the end.
    this.version = 0;
    this.epoch = 0;
    this.changes = store(0);
    this.calls = [];
    this.byNumber = new Map();
    this.timer = null;
  }

  get last() {
    return this.calls.length ? this.calls[this.calls.length - 1].number : -1;
  }

  // The number of the newest call that is missing; 0: none is.
  get newestMissing() {
    for (let index = this.calls.length - 1; index > 0; index -= 1) {
      const before = this.calls[index].number - 1;
      if (before !== this.calls[index - 1].number) return before;
    }
    return this.calls.length && this.calls.length < MOST ? this.calls[0].number - 1 : 0;
  }

  // Calls in any order; those that are known already are ignored.
  add(found) {
    const fresh = found.filter((call) => !this.byNumber.has(call.number)).map(prepared);
    if (!fresh.length) return;
    fresh.sort((a, b) => a.number - b.number);
    const isNewer = fresh[0].number > this.last;
    for (const call of fresh) this.byNumber.set(call.number, call);
    if (isNewer) this.calls.push(...fresh);
    else {
      this.calls = [...fresh, ...this.calls].sort((a, b) => a.number - b.number);
      this.epoch += 1;
    }
    if (this.calls.length > MOST + SLACK) {
      for (const call of this.calls.splice(0, this.calls.length - MOST)) this.byNumber.delete(call.number);
      this.epoch += 1;
    }
    this.changed();
  }

  // The texts of calls that are known already.
  complete(found) {
    const texts = new Map(found.map((call) => [call.number, call]));
    let changed = false;
    this.calls = this.calls.map((call) => {
      if (call.body !== undefined || !texts.has(call.number)) return call;
      changed = true;
      const whole = prepared({ ...call, ...cut(texts.get(call.number)) });
      this.byNumber.set(call.number, whole);
      return whole;
    });
    if (!changed) return;
    this.epoch += 1;
    this.changed();
  }

  clear() {
    this.calls = [];
    this.byNumber = new Map();
    this.epoch += 1;
    this.changed();
  }

  // Listeners are called soon, once for all calls that arrive together.
  changed() {
    this.version += 1;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.changes.set(this.version);
    }, SOON_MS);
  }

  // The newest call with a correlation id.
  withId(correlationId) {
    return this.calls.findLast((call) => call.correlation_id === correlationId);
  }

  // The call that brought a message, if the page has its response.
  thatRecorded(messageId) {
    return messages.calls(this, messageId)[0];
  }

  // The fetches that returned a memory, oldest first.
  thatReturned(memoryId) {
    return memories.calls(this, memoryId);
  }
}

// The calls by an id in their responses. As calls arrive, only the new ones are looked at.
class Index {
  constructor(pattern, accepts) {
    this.pattern = pattern;
    this.accepts = accepts;
    this.epoch = -1;
  }

  calls({ calls, epoch }, id) {
    if (this.epoch !== epoch) Object.assign(this, { epoch, seen: 0, found: new Map() });
    for (const call of calls.slice(this.seen)) if (this.accepts(call)) this.read(call);
    this.seen = calls.length;
    return this.found.get(id) ?? [];
  }

  read(call) {
    for (const [, id] of (call.answer ?? "").matchAll(this.pattern)) {
      const known = this.found.get(id);
      if (!known) this.found.set(id, [call]);
      else if (known.at(-1) !== call) known.push(call);
    }
  }
}

const messages = new Index(/"message_id":\s*"([^"\\]+)"/g, (call) => call.method === "POST" && call.status === 200);
const memories = new Index(/"id":\s*"([^"\\]+)"/g, (call) => call.path.includes("/context/"));

export const journal = new Journal();

function prepared(call) {
  const rules = Array.isArray(call.refusals) ? call.refusals.map((refusal) => refusal.rule) : Object.keys(call.rules ?? {});
  const key = call.key ?? call.headers?.authorization?.split(" ").pop() ?? "";
  return { ...cut(call), key, rules: [...new Set(rules)] };
}

// The page keeps the beginning of long texts.
function cut(call) {
  return call.body === undefined ? call : { ...call, body: call.body.slice(0, TEXT), answer: call.answer.slice(0, TEXT) };
}

// What a call has come to, in one word: the tone of its row.
export function toneOf(call) {
  if (call.status === null) return "error";
  if (call.status >= 400) return "failed";
  return call.failed || call.fault || call.unmodelled ? "warning" : "passed";
}
