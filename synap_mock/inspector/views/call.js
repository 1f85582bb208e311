// One call: its entries with what became of each, its request and its response.
import { get } from "../api.js";
import { link } from "../address.js";
import { copies } from "../copies.js";
import { entriesOf } from "../entries.js";
import { html, useEffect, useState } from "../html.js";
import { journal, toneOf } from "../journal.js";
import { Json } from "../json_view.js";
import { Badge, Copy, count, Facts, marked, Problem, Time } from "../parts.js";

const MOST = 100;

export function Call({ number, back }) {
  const [{ call, error }, setLoaded] = useState({ call: null, error: null });
  const [settings, setSettings] = useState({});
  useEffect(() => {
    let isShown = true;
    load(number).then(
      (found) => isShown && setLoaded({ call: found, error: null }),
      (problem) => isShown && setLoaded({ call: null, error: problem }),
    );
    get("/settings").then((found) => isShown && setSettings(found), () => null);
    return () => {
      isShown = false;
    };
  }, [number]);

  const shown = call ?? journal.byNumber.get(number);
  return html`<article class="pane detail" aria-label=${`Call ${number}`}>
    <header class="bar">
      <h2>
        <span class="quiet">#${number}</span>
        ${shown && html` <${Badge} tone=${toneOf(shown)}>${shown.status ?? "no response"}<//> ${shown.method} ${shown.path}${shown.query && `?${shown.query}`}`}
      </h2>
      <a class="close" href=${back} title="Close (Esc)">Close</a>
    </header>
    ${error && html`<${Problem} error=${error} />`}
    ${call && html`<${Whole} call=${call} settings=${settings} />`}
  </article>`;
}

// With the rules, their evidence and edits, if the call broke any.
async function load(number) {
  const call = await get(`/requests/${number}`);
  return call.refusals.length ? { ...call, ...(await get(`/requests/${number}/refusals`)) } : call;
}

function Whole({ call, settings }) {
  const rows = entriesOf(call);
  const whole = rows ? call.refusals.filter((refusal) => refusal.where === "" || !refusal.where.startsWith("messages[")) : call.refusals;
  return html`
    <${Facts}
      of=${{
        at: html`<${Time} at=${call.at} />`,
        took: call.duration_ms === undefined ? null : `${call.duration_ms} ms`,
        entries: call.total === null || call.total === undefined ? null : `${call.succeeded} recorded, ${call.failed} rejected, of ${call.total}`,
        fault: call.fault && html`<${Badge} tone="fault">${call.fault}<//>`,
        key: call.headers.authorization?.split(" ").pop(),
        instance: call.instance_id,
        "correlation id": html`<code>${call.correlation_id}</code>`,
        background: call.background ? "an SDK's own telemetry or heartbeat" : null,
        "not modelled": call.unmodelled ? "the fake has no such route; a canned response can stand in" : null,
      }}
    />
    ${call.fault && html`<p class="note fault">The fault <b>${call.fault}</b> applied${call.status === null ? ": no complete response was sent" : ""}.</p>`}
    ${whole.map((refusal) => html`<${Refusal} refusal=${refusal} />`)}
    ${rows && html`<${Entries} rows=${rows} />`}
    <${Copies} call=${call} settings=${settings} />
    <section>
      <h3>Request <span class="quiet">${size(call.body, call.body_size)}</span></h3>
      <${Headers} of=${call.headers} />
      <${Json} text=${call.body} label="Body of the request" />
    </section>
    <section>
      <h3>Response <span class="quiet">${call.status === null ? "none" : size(call.answer, call.answer_size)}</span></h3>
      <${Json} text=${call.answer} label="Body of the response" />
    </section>
  `;
}

function Entries({ rows }) {
  const [most, setMost] = useState(MOST);
  const first = rows.slice(0, most);
  return html`<section>
    <h3>Messages</h3>
    <ol class="entries" start="0">
      ${first.map((row) => html`<li key=${row.index} class=${`entry ${tone(row)}`}>
        <div class="entry-line">
          <span class="quiet">[${row.index}]</span>
          <b>${text(row.entry?.role)}</b>
          <span class="content">${text(row.entry?.content)}</span>
          <${Outcome} row=${row} />
        </div>
        ${row.refusals.filter((refusal) => refusal.where !== "").map((refusal) => html`<${Refusal} refusal=${refusal} />`)}
        ${row.error && !row.refusals.length && html`<p>${text(row.error)}</p>`}
      </li>`)}
    </ol>
    ${rows.length > most && html`<button type="button" onClick=${() => setMost(rows.length)}>Show all ${count(rows.length, "message")}</button>`}
  </section>`;
}

function Outcome({ row }) {
  if (row.outcome !== "recorded") return html`<${Badge} tone=${tone(row)}>${row.outcome}<//>`;
  const href = link("conversations", row.entry.conversation_id, { m: row.messageId });
  return html`<a class="badge passed" href=${href} title=${`recorded as ${row.messageId}; open the conversation`}>recorded</a>`;
}

function tone(row) {
  return { recorded: "passed", rejected: "failed" }[row.outcome] ?? "warning";
}

// A rule that was broken: where, what, on what evidence, and what would have been accepted.
export function Refusal({ refusal }) {
  const { rule, where, text: what, statement, that, how, source, edit } = refusal;
  return html`<div class="refusal">
    <p><${Badge} tone="failed">${rule}<//> ${where && html`<code>${where}</code> `}${what}</p>
    ${statement && html`<p class="small"><b>Rule</b> ${marked(statement)}</p>`}
    ${that && html`<p class="small"><b>Evidence</b> that it is rejected: ${that}; how: ${how}. ${source}</p>`}
    ${edit && html`<p class="small edit"><b>Accepted would be</b> ${edit.path ? html`<code>${edit.text}</code>` : edit.text}</p>`}
  </div>`;
}

function Headers({ of }) {
  const names = Object.keys(of);
  if (!names.length) return null;
  return html`<details class="headers">
    <summary>${count(names.length, "header")}</summary>
    <${Facts} of=${of} />
  </details>`;
}

function Copies({ call, settings }) {
  const made = copies(call, settings, new URL("../", location.href.replace(/[?#].*$/, "")).href);
  const [open, setOpen] = useState(null);
  const shown = made.find(({ name }) => name === open);
  return html`<section class="copies">
    <div class="tabs" role="group" aria-label="Copy this call">
      <span class="quiet">Copy as</span>
      ${made.map(({ name }) => html`<button type="button" key=${name} aria-expanded=${String(name === open)} onClick=${() => setOpen(name === open ? null : name)}>${name}</button>`)}
    </div>
    ${shown && html`<div class="code">
      <${Copy} text=${shown.text} />
      <pre tabindex="0" data-copy=${shown.name}>${shown.text}</pre>
      ${shown.note && html`<p class="small">${shown.note}</p>`}
    </div>`}
  </section>`;
}

function size(kept, bytes) {
  const length = new TextEncoder().encode(kept).length;
  return length < bytes ? `the first ${count(length, "byte")} of ${bytes.toLocaleString("en")}` : count(bytes, "byte");
}

function text(value) {
  if (value === undefined) return "(missing)";
  return typeof value === "string" ? value : JSON.stringify(value);
}
