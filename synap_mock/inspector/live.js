// What the page knows of the fake, and keeps up to date.
import { world } from "./address.js";
import { all, get, locked, snapshot } from "./api.js";
import { useEffect, useState } from "./html.js";
import { journal } from "./journal.js";
import { store } from "./store.js";
import { follow, restart } from "./stream.js";

const PAUSE_MS = 100;
const WORLDS_MS = 10_000;
const MOST_PAUSE_MS = 500;
// A refresh waits so many times as long as the last one took: a busy server is not asked all the time.
const SOON = 5;
const LATER = 20;
const RARELY = 50;

export const ledger = store(null);
export const worlds = store([]);
const listeners = new Map();

export function start() {
  if (snapshot) {
    journal.add(snapshot.requests.requests);
    ledger.set(snapshot.ledger);
    return;
  }
  const refresh = refresher(async () => ledger.set(await get("/ledger")), LATER);
  on(["ledger", "reset", "gap"], refresh);
  refresh();
  followWorlds();
  world.subscribe(begin);
  locked.subscribe(() => locked.value || begin());
  follow(handle);
}

// Everything is loaded again: of another world, or with the token.
function begin() {
  journal.clear();
  ledger.set(null);
  restart();
  emit("reset");
}

function emit(name) {
  listeners.get(name)?.forEach((listener) => listener());
}

// No stream has the worlds: each is of one world.
function followWorlds() {
  const refresh = refresher(async () => worlds.set(await all("/worlds", "worlds")));
  on(["keys", "reset"], refresh);
  addEventListener("focus", refresh);
  setInterval(() => document.hidden || refresh(), WORLDS_MS);
  refresh();
}

// Calls a function whenever one of the named events has arrived; returns what ends that.
export function on(names, listener) {
  for (const name of names) listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
  return () => names.forEach((name) => listeners.get(name).delete(listener));
}

function handle(events) {
  let rows = [];
  for (const { name, data } of events) {
    if (name === "request") rows.push(data);
    else if (name === "reset" || (name === "gap" && data.reason === "unknown")) {
      rows = [];
      journal.clear();
    } else if (name === "gap") fillSoon();
  }
  journal.add(rows);
  for (const name of new Set(events.map((event) => event.name))) emit(name);
}

// The newest calls that the page does not know, from the journal itself, if it still has them.
const fillSoon = refresher(async () => {
  const shown = world.value;
  let after = journal.newestMissing + 1;
  for (let limit = 1; after > 1; limit = 1000) {
    const { requests } = await get(`/requests?limit=${limit}&after=${after}`);
    if (shown !== world.value || requests[0]?.number !== after - 1) return;
    journal.add(requests);
    after = journal.newestMissing + 1;
  }
}, RARELY, Infinity);

// A function that runs `load` soon, and not again before it is done and a while has passed.
export function refresher(load, times = SOON, most = MOST_PAUSE_MS) {
  let timer = null;
  let running = false;
  let due = false;
  let next = 0;
  const run = async () => {
    timer = null;
    running = true;
    due = false;
    const started = performance.now();
    await load().catch(() => null); // the connection's state says it
    const ended = performance.now();
    next = ended + Math.min(most, Math.max(PAUSE_MS, times * (ended - started)));
    running = false;
    if (due) schedule();
  };
  const schedule = () => {
    timer ??= setTimeout(run, Math.max(0, next - performance.now()));
  };
  return () => {
    due = true;
    if (!running) schedule();
  };
}

// What a path returns, loaded again after each of the named events. `load` may replace how it is loaded.
export function useLive(path, names, load = get) {
  const [state, setState] = useState({ path: null, value: null, error: null });
  useEffect(() => {
    if (path === null) return undefined;
    const again = refresher(async () => {
      try {
        const value = await load(path);
        setState({ path, value, error: null });
      } catch (error) {
        setState({ path, value: null, error });
      }
    });
    again();
    return on([...names, "reset", "gap"], again);
  }, [path]);
  return state.path === path ? state : { path, value: null, error: null };
}

// The texts of calls are not in the stream; what searches them asks for them, and asks again as calls arrive.
const loadTexts = refresher(async () => {
  const missing = journal.calls.filter((call) => call.body === undefined);
  if (snapshot || !missing.length) return;
  const limit = Math.min(1000, missing.length);
  let after = null;
  do {
    const page = await get(`/requests?limit=${limit}${after === null ? "" : `&after=${after}`}`);
    journal.complete(page.requests);
    after = page.requests.at(-1)?.number > missing[0].number ? page.next : null;
  } while (after !== null);
  journal.complete(missing.map(({ number }) => ({ number, body: "", answer: "" }))); // the journal has dropped these
});

export function useTexts(needed) {
  useEffect(() => {
    if (!needed) return undefined;
    loadTexts();
    return on(["request", "gap"], loadTexts);
  }, [needed]);
}

