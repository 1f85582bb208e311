// The list of calls, and the open one next to it.
import { address, go, link, replace } from "../address.js";
import { dependsOnTime, needsTexts, parse, toggled, wantsBackground } from "../filter.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { journal, toneOf } from "../journal.js";
import { useKeys } from "../keys.js";
import { useTexts } from "../live.js";
import { Badge, clock, count, Empty } from "../parts.js";
import { store, useStore } from "../store.js";
import { Rows } from "../rows.js";
import { fakeTime } from "../time.js";
import { Call } from "./call.js";

const CHIPS = [["is:failed", "failed"], ["is:rejected", "rejected"], ["is:fault", "faults"], ["is:unmodelled", "not modelled"]];
const TICK_MS = 5000;

// The number of the call that the keyboard has reached.
const cursor = store(null);

export function Calls() {
  const query = useStore(address).params.get("q") ?? "";
  const { calls, hidden } = useFiltered(query);
  const open = opened();
  const reached = useStore(cursor) ?? open;
  useTexts(needsTexts(query));
  useLayoutEffect(() => cursor.set(open ?? cursor.value), [open]);

  // Keys may come faster than the page is drawn, so they read what is true now.
  const move = (step) => {
    const index = calls.findIndex((call) => call.number === cursor.value);
    const next = calls[index < 0 ? calls.length - 1 : Math.min(calls.length - 1, Math.max(0, index - step))];
    if (!next) return;
    cursor.set(next.number);
    if (opened() !== null) replace(link("calls", next.number, { q: query }));
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => cursor.value !== null && go(link("calls", cursor.value, { q: query })),
    Escape: () => opened() !== null && go(link("calls", "", { q: query })),
  });

  return html`<div class=${`split ${open === null ? "" : "opened"}`}>
    <section class="pane" aria-label="Calls">
      <${Filter} query=${query} shown=${calls.length} hidden=${hidden} open=${open} />
      ${calls.length
        ? html`<${Rows} items=${calls} reached=${reached} render=${(call) => row(call, query, reached)} />`
        : html`<${Empty}>${journal.calls.length ? "No call matches the filter." : "No call has arrived yet."}<//>`}
    </section>
    ${open !== null && html`<${Call} key=${open} number=${open} back=${link("calls", "", { q: query })} />`}
  </div>`;
}

// The number of the open call; null: none is.
function opened() {
  const { id } = address.value;
  return /^\d+$/.test(id) ? Number(id) : null;
}

function row(call, query, reached) {
  const tone = toneOf(call);
  const problems = [
    ...call.rules.slice(0, 2).map((rule) => html`<${Badge} tone="failed">${rule}<//>`),
    call.rules.length > 2 && html`<${Badge} tone="failed">+${call.rules.length - 2}<//>`,
    call.fault && html`<${Badge} tone="fault">${call.fault}<//>`,
    call.unmodelled && !call.rules.length && html`<${Badge} tone="warning">not modelled<//>`,
  ];
  return html`<a
    class=${`row ${tone} ${call.number === reached ? "reached" : ""}`}
    href=${link("calls", call.number, { q: query })}
    aria-current=${call.number === reached ? "true" : undefined}
  >
    <span class="when">${clock(call.at)}</span>
    <span class="status">${call.status ?? "lost"}</span>
    <span class="route"><b>${call.method}</b> ${call.path}</span>
    <span class="counts">${call.total === null || call.total === undefined ? "" : html`${call.succeeded}/${call.total}`}</span>
    <span class="problems">${problems}</span>
    <span class="whose">${call.world && call.world !== "default" ? `${call.world} ` : ""}${call.key}</span>
    <span class="took">${took(call.duration_ms)}</span>
  </a>`;
}

function took(milliseconds) {
  if (milliseconds === undefined || milliseconds === null) return "";
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

function Filter({ query, shown, hidden, open }) {
  const input = useRef(null);
  useKeys({
    "/": () => input.current.focus(),
  });
  const change = (text) => replace(link("calls", open ?? "", { q: text }));
  const onKeyDown = (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    event.stopPropagation();
    if (event.key === "Escape" && query) change("");
    else input.current.blur();
  };
  return html`<div class="filter">
    <input
      ref=${input}
      type="search"
      aria-label="Filter"
      placeholder="Filter ( / ): status:400 rule:CUSTOMER-ID-REQUIRED !user:ann since:5m text"
      spellcheck="false"
      autocomplete="off"
      value=${query}
      onInput=${(event) => change(event.currentTarget.value)}
      onKeyDown=${onKeyDown}
    />
    <div class="chips">
      ${CHIPS.map(([term, label]) => chip(query, term, label, change))}
      ${(hidden > 0 || wantsBackground(query)) && chip(query, "is:background", hidden ? `${hidden} background` : "background", change)}
      <span class="quiet" role="status">${query ? `${shown.toLocaleString("en")} of ${count(journal.calls.length, "call")}` : count(shown, "call")}</span>
    </div>
  </div>`;
}

function chip(query, term, label, change) {
  const pressed = query.split(/\s+/).includes(term);
  return html`<button type="button" class="chip" title=${term} aria-pressed=${String(pressed)} onClick=${() => change(toggled(query, term))}>${label}</button>`;
}

// The calls that match, oldest first. As calls arrive, only the new ones are looked at.
function useFiltered(query) {
  useStore(journal.changes);
  const [tick, setTick] = useState(0);
  const cache = useRef(null);
  useEffect(() => {
    if (!dependsOnTime(query)) return undefined;
    const timer = setInterval(() => setTick((number) => number + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [query]);
  const old = cache.current;
  const isUsable = old && old.query === query && old.epoch === journal.epoch && old.tick === tick;
  const base = isUsable ? old : { query, epoch: journal.epoch, tick, seen: 0, calls: [], hidden: 0, matches: parse(query) };
  if (base.seen < journal.calls.length || !isUsable) {
    const now = fakeTime();
    const background = wantsBackground(query);
    const fresh = [];
    let { hidden } = base;
    for (const call of journal.calls.slice(base.seen)) {
      if (!base.matches(call, now)) continue;
      if (call.background && !background) hidden += 1;
      else fresh.push(call);
    }
    cache.current = { ...base, seen: journal.calls.length, hidden, calls: fresh.length ? [...base.calls, ...fresh] : base.calls };
  }
  return cache.current;
}
