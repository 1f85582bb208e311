// The page: its header, its views, its keys.
import { address, go, link, world } from "./address.js";
import { locked, snapshot, unlock } from "./api.js";
import { html, render, useEffect, useRef, useState } from "./html.js";
import { journal } from "./journal.js";
import { Empty } from "./parts.js";
import { useKeys } from "./keys.js";
import { ledger, start, worlds } from "./live.js";
import { store, useStore } from "./store.js";
import { connection } from "./stream.js";
import { startClock } from "./time.js";
import { showLosses } from "./title.js";
import { Calls } from "./views/calls.js";
import { Controls } from "./views/controls.js";
import { Conversations } from "./views/conversation.js";
import { Ledger, totalsOf } from "./views/ledger.js";
import { Memories } from "./views/memories.js";

const VIEWS = [
  ["ledger", "Ledger", Ledger],
  ["calls", "Calls", Calls],
  ["conversations", "Conversations", Conversations],
  ["memories", "Memories", Memories],
  ["controls", "Controls", Controls],
];
const KEYS = [
  ["1 – 5", "ledger, calls, conversations, memories, controls"],
  ["j, k", "next, previous"],
  ["Enter", "open"],
  ["Esc", "close"],
  ["/", "filter"],
  ["t", "light, dark, or as the system"],
  ["?", "this list"],
];
const DEFAULT = "default";
const THEMES = ["", "light", "dark"];
const STATES = { connecting: "connecting", live: "live", waiting: "not connected; trying again", missing: "no such world" };

const theme = store(read("synap-mock-theme"));

function read(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // a snapshot that is opened from a file may have no storage
  }
}

function changeTheme() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  theme.set(next);
  try {
    localStorage.setItem("synap-mock-theme", next);
  } catch {
    // as above
  }
}

function Page() {
  const { view } = useStore(address);
  const isLocked = useStore(locked);
  const chosenWorld = useStore(world);
  const isMissing = useStore(connection) === "missing";
  const chosen = useStore(theme);
  const [helps, setHelps] = useState(false);
  useEffect(() => {
    document.documentElement.dataset.theme = chosen;
  }, [chosen]);
  useKeys({
    ...Object.fromEntries(VIEWS.map(([name], index) => [String(index + 1), () => go(link(name))])),
    "?": () => setHelps(true),
    t: changeTheme,
  });
  const View = (VIEWS.find(([name]) => name === view) ?? VIEWS[0])[2];
  return html`
    <header class="top">
      <a class="brand" href=${link("ledger")}>synap-mock</a>
      <nav aria-label="Views">
        ${VIEWS.map(([name, title]) => html`<a href=${link(name)} aria-current=${name === view ? "page" : undefined}>${title}<${Count} view=${name} /></a>`)}
      </nav>
      <${Worlds} />
      <${State} />
      <button type="button" class="icon" title="Theme (t)" aria-label=${`Theme: ${chosen || "as the system"}`} onClick=${changeTheme}>${{ "": "◐", light: "○", dark: "●" }[chosen]}</button>
      <button type="button" class="icon" title="Keys (?)" aria-label="Keys" onClick=${() => setHelps(true)}>?</button>
    </header>
    <main>${isLocked ? html`<${Login} />` : isMissing ? html`<${Missing} name=${chosenWorld} />` : html`<${View} key=${`${view} ${chosenWorld}`} />`}</main>
    ${helps && html`<${Help} close=${() => setHelps(false)} />`}
  `;
}

function Count({ view }) {
  const found = useStore(ledger);
  useStore(journal.changes);
  if (view === "calls" && journal.calls.length) return html` <span class="count">${journal.calls.length.toLocaleString("en")}</span>`;
  if (view !== "ledger" || !found) return null;
  const { lost, duplicated } = totalsOf(found);
  return lost + duplicated > 0 && html` <span class="count failed">${(lost + duplicated).toLocaleString("en")}</span>`;
}

function Worlds() {
  const chosen = useStore(world);
  const names = useStore(worlds).map((each) => each.world);
  if (!chosen && names.length < 2) return null;
  const choose = ({ currentTarget: { value } }) => go(link(address.value.view, "", { world: value === DEFAULT ? "" : value }));
  return html`<select aria-label="World" title="World" value=${chosen || DEFAULT} onChange=${choose}>
    ${[...new Set([DEFAULT, ...names, ...(chosen ? [chosen] : [])])].map((name) => html`<option>${name}</option>`)}
  </select>`;
}

function Missing({ name }) {
  return html`<div class="page"><${Empty}>There is no world <b>${name}</b>: it was deleted, or not made yet. <a href=${link(address.value.view, "", { world: "" })}>Show the world ${DEFAULT}</a><//></div>`;
}

function State() {
  const state = useStore(connection);
  if (snapshot) return html`<span class="state">snapshot of <time>${snapshot.taken_at}</time></span>`;
  return html`<span class=${`state ${state}`} role="status" title=${STATES[state]}><i aria-hidden="true"></i><span>${STATES[state]}</span></span>`;
}

function Login() {
  const [token, setToken] = useState("");
  const submit = (event) => {
    event.preventDefault();
    unlock(token);
  };
  return html`<form class="page login" onSubmit=${submit}>
    <h1>This server requires its control token</h1>
    <p>The ready line of <code>synap-mock serve</code> has it. The key of a world shows that world. This page forgets both when it is closed.</p>
    <label class="field"><span>Control token, or key of a world</span><input type="password" autocomplete="off" autofocus value=${token} onInput=${(event) => setToken(event.currentTarget.value)} /></label>
    <p class="submit"><button type="submit" class="primary">Show the calls</button></p>
  </form>`;
}

function Help({ close }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} onClose=${close} aria-label="Keys">
    <h2>Keys</h2>
    <dl class="facts">${KEYS.map(([keys, meaning]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${meaning}</dd></div>`)}</dl>
    <h2>Filter of the calls</h2>
    <p class="small">Terms that must all match; <code>!</code> negates one. A text is searched in the route and both bodies; <code>"quotes"</code> keep spaces.</p>
    <p class="small"><code>status:400</code> <code>status:5xx</code> <code>rule:ID</code> <code>user:</code> <code>customer:</code> <code>conversation:</code> <code>role:</code> <code>method:</code> <code>route:</code> <code>key:</code> <code>world:</code> <code>instance:</code> <code>id:</code> <code>fault:any</code> <code>is:failed</code> <code>is:rejected</code> <code>is:partial</code> <code>is:fault</code> <code>is:unmodelled</code> <code>is:background</code> <code>since:5m</code> <code>before:2026-11-23T10:00Z</code></p>
    <p class="submit"><button type="button" onClick=${() => dialog.current.close()}>Close</button></p>
  </dialog>`;
}

start();
startClock();
showLosses();
render(html`<${Page} />`, document.getElementById("page"));
