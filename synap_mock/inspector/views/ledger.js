// The first view: what was lost, duplicated or recovered, and the calls that did it.
import { snapshot } from "../api.js";
import { link } from "../address.js";
import { html } from "../html.js";
import { journal } from "../journal.js";
import { ledger } from "../live.js";
import { Copy, count, Empty } from "../parts.js";
import { useStore } from "../store.js";

const MOST = 200;
const SECTIONS = [
  ["lost", "Lost", "failed", "Sent, and never recorded."],
  ["duplicated", "Duplicated", "failed", "Sent again after an answer that was not a success, and recorded again."],
  ["unknown", "Unknown", "error", "The fake cannot decide."],
  ["recovered", "Recovered", "warning", "Rejected or failed at first, and recorded by a later send."],
];

export function Ledger() {
  const found = useStore(ledger);
  useStore(journal.changes);
  if (!found) return html`<div class="page"><${Empty}>Reading the ledger…<//></div>`;
  const totals = totalsOf(found);
  const isEmpty = !found.recorded && SECTIONS.every(([name]) => !totals[name]);
  return html`<div class="page">
    <h1 class=${`total ${totals.lost || totals.duplicated ? "failed" : "passed"}`}>${inWords(totals)}</h1>
    <ul class="tallies">
      <li><b>${found.recorded.toLocaleString("en")}</b> recorded at once</li>
      ${SECTIONS.map(([name, title]) => html`<li class=${totals[name] ? tone(name) : "quiet"}><b>${totals[name].toLocaleString("en")}</b> ${title.toLowerCase()}</li>`)}
    </ul>
    ${isEmpty && (journal.calls.length ? html`<p class="quiet">The ledger has no message yet. <a href=${link("calls")}>${count(journal.calls.length, "call")}</a> arrived.</p>` : html`<${Start} />`)}
    ${SECTIONS.map(([name, title, , meaning]) => found[name].length > 0 && html`<${Section} key=${name} name=${name} title=${title} meaning=${meaning} items=${found[name]} total=${totals[name]} />`)}
  </div>`;
}

export function totalsOf(found) {
  const dropped = found.dropped ?? {};
  const rejected = dropped.rejected ?? 0;
  return Object.fromEntries(
    SECTIONS.map(([name]) => [name, found[name].length + (dropped[name] ?? 0) + (name === "lost" ? rejected : 0)]),
  );
}

function inWords({ lost, duplicated }) {
  if (!lost && !duplicated) return "No turn lost or duplicated";
  return [lost && `${count(lost, "turn")} lost`, duplicated && `${duplicated.toLocaleString("en")} duplicated`].filter(Boolean).join(", ");
}

function tone(name) {
  return SECTIONS.find(([each]) => each === name)[2];
}

// Newest first: what has just happened is at the top.
function Section({ name, title, meaning, items, total }) {
  const shown = items.slice(-MOST).reverse();
  return html`<section class=${`ledger ${tone(name)}`} id=${name}>
    <h2>${title} <span class="quiet">${total.toLocaleString("en")}</span></h2>
    <p class="small">${meaning}</p>
    <ul class="items">${shown.map((item, index) => html`<${Item} key=${items.length - index} item=${item} isRecorded=${name !== "lost"} />`)}</ul>
    ${total > shown.length && html`<p class="small">The newest ${shown.length} of ${count(total, "entry", "entries")}.</p>`}
  </section>`;
}

// An entry that was not recorded may have a conversation that does not exist.
function Item({ item, isRecorded }) {
  const { conversation_id: conversationId, role, content } = item.entry;
  const href = isRecorded ? link("conversations", conversationId) : link("calls", "", { q: `conversation:${conversationId}` });
  return html`<li>
    <p><b>${role}</b> <q>${content}</q></p>
    <p class="cause">${item.cause}</p>
    <p class="small">
      ${conversationId && html`in <a href=${href}><code>${conversationId}</code></a> · `}
      ${item.sends ? `sent ${item.sends === 1 ? "once" : `${item.sends} times`}` : "not sent"}
      ${calls(item).map((call) => html` <a class="call-link" href=${link("calls", call.number)}>#${call.number} ${call.status ?? "lost"}</a>`)}
    </p>
  </li>`;
}

// Sends of one entry may share a correlation id: an SDK keeps it when it sends again.
function calls(item) {
  const ids = new Set(item.request_ids);
  return journal.calls.filter((call) => ids.has(call.correlation_id));
}

function Start() {
  if (snapshot) return null;
  const origin = new URL("../", location.href.replace(/[?#].*$/, "")).href.replace(/\/$/, "");
  const lines = `export SYNAP_BASE_URL=${origin}\nexport SYNAP_API_KEY=…   # the key that the ready line printed`;
  const curl = `curl -s ${origin}/v1/conversations/messages/batch -H "Authorization: Bearer $SYNAP_API_KEY" \\
  -d '{"messages": [{"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "content": "hi"},
                    {"conversation_id": "my-chat", "role": "user", "content": "hi"}]}'`;
  return html`<section class="start">
    <p>Nothing has arrived yet. Point your app here; each call appears on this page as it arrives.</p>
    <pre tabindex="0">${lines}</pre>
    <p>Or send a first batch, one of whose two messages is rejected. <a href=${link("calls")}>Calls</a> then shows why.</p>
    <div class="code"><${Copy} text=${curl} /><pre tabindex="0">${curl}</pre></div>
  </section>`;
}
