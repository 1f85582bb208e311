// The stream of server-sent events. fetch instead of EventSource, which cannot send the control API's token.
import { locked, request } from "./api.js";
import { store } from "./store.js";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

// "connecting", "live", "waiting", or "missing": there is no such world.
export const connection = store("connecting");

let ended = new AbortController();

// Begins a new stream: of another world.
export function restart() {
  ended.abort();
  ended = new AbortController();
}

// Passes the events of each chunk to `handle`, forever. After a break it asks for the events after the last one.
export async function follow(handle) {
  let last = "";
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const { signal } = ended;
    let state = "waiting";
    try {
      const options = { signal, headers: last ? { "Last-Event-ID": last } : {} };
      const response = await request("GET", last ? "/events" : "/events?after=0", undefined, options);
      connection.set("live");
      pause = FIRST_PAUSE_MS;
      for await (const events of chunks(response.body)) {
        if (!signal.aborted) handle(events);
        last = events.findLast((event) => event.id)?.id ?? last;
      }
    } catch (error) {
      if (error.status === 400) last = "";
      if (error.status === 404) state = "missing";
    }
    if (!signal.aborted) {
      connection.set(state);
      await (locked.value ? unlocked() : delay(pause, signal));
    }
    if (signal.aborted) last = "";
    pause = signal.aborted ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function* chunks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (buffer + value).split("\n\n");
    buffer = parts.pop();
    const events = parts.map(parsed).filter((event) => event.name);
    if (events.length) yield events;
  }
}

function parsed(text) {
  const event = { id: "", name: "", data: null };
  for (const line of text.split("\n")) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") event.data = JSON.parse(value);
  }
  return event;
}

function unlocked() {
  return new Promise((resolve) => {
    const stop = locked.subscribe(() => {
      if (locked.value) return;
      stop();
      resolve();
    });
  });
}

function delay(milliseconds, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", resolve);
  });
}
