// Memories by scope, with what each came from and the fetches that returned it.
import { address, link, replace } from "../address.js";
import { all } from "../api.js";
import { html, useRef } from "../html.js";
import { journal } from "../journal.js";
import { useKeys } from "../keys.js";
import { useLive, useTexts } from "../live.js";
import { Badge, count, Empty, Problem, Time } from "../parts.js";
import { useStore } from "../store.js";

const TONES = { completed: "passed", failed: "failed", partial_success: "warning" };
const MOST = 500;
const LISTED = 8;

export function Memories() {
  const { params } = useStore(address);
  const query = params.get("q") ?? "";
  const { value, error } = useLive("/memories", ["memories", "request"], (path) => all(path, "memories"));
  useStore(journal.changes);
  useTexts(true);
  const input = useRef(null);
  useKeys({ "/": () => input.current?.focus() });
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (value ?? []).filter((memory) => words.every((word) => JSON.stringify(memory).toLowerCase().includes(word)));
  const scopes = Map.groupBy(found.slice(-MOST).reverse(), scopeOf);
  return html`<div class="page">
    <h1>Memories</h1>
    <div class="filter">
      <input ref=${input} type="search" aria-label="Filter" placeholder="Filter ( / ): text, user, kind, status, origin" value=${query} onInput=${(event) => replace(link("memories", "", { q: event.currentTarget.value }))} onKeyDown=${(event) => event.key === "Escape" && event.currentTarget.blur()} />
      <div class="chips"><span class="quiet" role="status">${count(found.length, "memory", "memories")}</span></div>
    </div>
    ${error && html`<${Problem} error=${error} />`}
    ${value && !found.length && html`<${Empty}>${value.length ? "No memory matches the filter." : "Nothing is remembered yet: an app stores memories, or a test seeds them."}<//>`}
    ${[...scopes].map(([scope, memories]) => html`<section key=${scope}>
      <h2>${scope} <span class="quiet">${memories.length}</span></h2>
      <ul class="items">${memories.map((memory) => html`<${Memory} key=${memory.memory_id} memory=${memory} />`)}</ul>
    </section>`)}
  </div>`;
}

// The narrowest id that a memory has, then its wider ones.
function scopeOf(memory) {
  const ids = [
    memory.conversation_id && `conversation ${memory.conversation_id}`,
    memory.user_id && `user ${memory.user_id}`,
    memory.customer_id && `customer ${memory.customer_id}`,
  ].filter(Boolean);
  return `${ids.join(", ") || "client"} · ${memory.instance_id}`;
}

function Memory({ memory }) {
  const fetches = journal.thatReturned(memory.memory_id);
  return html`<li id=${memory.memory_id}>
    <p class="content">${memory.text}</p>
    <p class="small">
      <${Badge}>${memory.kind}<//> <${Badge} tone=${TONES[memory.status] ?? "warning"}>${memory.status}<//> from <b>${memory.origin}</b> at <${Time} at=${memory.created_at} />
      ${memory.updated_at && html`, updated <${Time} at=${memory.updated_at} />`} · <code>${memory.memory_id}</code>
    </p>
    <p class="small">${fetches.length
      ? html`returned by ${fetches.slice(-LISTED).map((call) => html`<a class="call-link" href=${link("calls", call.number)}>#${call.number}</a> `)}${fetches.length > LISTED && `and ${fetches.length - LISTED} earlier`}`
      : html`<span class="quiet">no fetch in the journal returned it</span>`}</p>
  </li>`;
}
