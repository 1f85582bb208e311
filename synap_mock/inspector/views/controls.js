// Whatever the control API can change: faults, rejections, canned responses, keys, time, settings, reset.
import { link } from "../address.js";
import { all, get, request, send, snapshot } from "../api.js";
import { Form } from "../form.js";
import { html, useEffect, useState } from "../html.js";
import { useLive, worlds } from "../live.js";
import { Badge, Button, Confirm, count, Empty, Problem, Time } from "../parts.js";
import { resolve, schemaOf } from "../schema.js";
import { useStore } from "../store.js";

const MOST = 200;

export function Controls() {
  const [{ document, error }, setLoaded] = useState({});
  useEffect(() => {
    if (!snapshot) get("/openapi.json").then((found) => setLoaded({ document: found }), (problem) => setLoaded({ error: problem }));
  }, []);
  if (snapshot) return html`<div class="page"><${Empty}>A snapshot has no server to control.<//></div>`;
  if (error) return html`<div class="page"><${Problem} error=${error} /></div>`;
  if (!document) return html`<div class="page"><${Empty}>Reading what the control API offers…<//></div>`;
  return html`<div class="page controls">
    <h1>Controls</h1>
    <${Faults} document=${document} />
    <${Scheduled} document=${document} noun="rejections" title="Reject entries" label="Schedule the rejection" />
    <${Scheduled} document=${document} noun="answers" title="Canned responses" label="Add the canned response" />
    <${Keys} document=${document} />
    <${Worlds} />
    <${Plain} document=${document} path="/memories" title="Remember" label="Seed the memory" done=${(memory) => `Remembered as ${memory.memory_id}.`} />
    <${Clock} document=${document} />
    <${Settings} document=${document} />
    <${State} document=${document} />
  </div>`;
}

function Faults({ document }) {
  const schema = schemaOf(document, document.paths["/_mock/faults"].post);
  const kinds = schema.oneOf.map((each) => resolve(document, each)).filter((each) => each.properties.fault?.const);
  const [name, setName] = useState("ServerError");
  const chosen = kinds.find((kind) => kind.properties.fault.const === name) ?? kinds[0];
  return html`<section class="card">
    <h2>Let calls fail</h2>
    <${Form} key=${name} document=${document} schema=${chosen} method="POST" path="/faults" fixed=${{ fault: name }} label="Schedule the fault" done=${() => "Scheduled."}>
      <label class="field">
        <span>fault</span>
        <select id="fault" value=${name} onChange=${(event) => setName(event.currentTarget.value)}>
          ${kinds.map((kind) => html`<option>${kind.properties.fault.const}</option>`)}
        </select>
        <small>${chosen.description}</small>
      </label>
    <//>
    <${List} document=${document} noun="faults" />
  </section>`;
}

function Scheduled({ document, noun, title, label }) {
  const schema = schemaOf(document, document.paths[`/_mock/${noun}`].post);
  return html`<section class="card">
    <h2>${title}</h2>
    <${Form} document=${document} schema=${schema} method="POST" path=${`/${noun}`} label=${label} done=${() => "Scheduled."} />
    <${List} document=${document} noun=${noun} />
  </section>`;
}

// What is scheduled, and the button that cancels it, as far as the control API has them.
function List({ document, noun }) {
  const operations = document.paths[`/_mock/${noun}`];
  const { value } = useLive(operations.get ? `/${noun}` : null, [noun, "request"]);
  const items = value?.[noun] ?? [];
  return html`<div class="scheduled">
    ${items.map((item, index) => html`<code class="item" key=${index}>${JSON.stringify(item)}</code>`)}
    ${operations.get && !items.length && html`<p class="small">Nothing is scheduled.</p>`}
    ${operations.delete && items.length > 0 && html`<${Button} label=${`Cancel all ${noun}`} run=${() => send("DELETE", `/${noun}`)} />`}
  </div>`;
}

function Clock({ document }) {
  const { value } = useLive("/clock", ["clock"]);
  return html`<${Plain} document=${document} path="/clock" title="Clock" label="Set the clock" done=${(clock) => clock.warning ?? "Set."}>
    ${value && html`<p>${value.frozen ? "It is frozen at" : "It runs. When the page last asked, it was"} <code>${value.now}</code></p>`}
  <//>`;
}

function Plain({ document, path, title, label, done, children }) {
  const schema = schemaOf(document, document.paths[`/_mock${path}`].post);
  return html`<section class="card">
    <h2>${title}</h2>
    ${children}
    <${Form} document=${document} schema=${schema} method="POST" path=${path} label=${label} done=${done} />
  </section>`;
}

function Keys({ document }) {
  const [key, setKey] = useState("");
  const listed = useLive("/keys", ["keys"], (path) => all(path, "keys")).value ?? [];
  const schema = schemaOf(document, document.paths["/_mock/keys"].post);
  return html`<section class="card">
    <h2>Keys</h2>
    <ul class="plain">${listed.slice(0, MOST).map((each, index) => html`<li key=${index}><code>${each.key}</code> <span class="quiet">of ${each.instance_id}${each.tenancy ? `, ${each.tenancy}` : ""}</span> ${each.revoked && html`<${Badge} tone="failed">revoked<//>`}</li>`)}</ul>
    ${listed.length > MOST && html`<p class="small">The first ${MOST} of ${count(listed.length, "key")}.</p>`}
    <${Form} document=${document} schema=${schema} method="POST" path="/keys" label="Issue a key" done=${(issued) => `${issued.key} of ${issued.instance_id}. It is shown whole only here.`} />
    <label class="field"><span>key</span><input type="text" autocomplete="off" spellcheck="false" value=${key} onInput=${(event) => setKey(event.currentTarget.value)} /><small>The whole key that is to be revoked.</small></label>
    <${Button} label="Revoke the key" isDisabled=${!key} run=${() => send("DELETE", `/keys/${encodeURIComponent(key)}`).then(() => setKey(""))} />
  </section>`;
}

function Worlds() {
  const found = useStore(worlds);
  return html`<section class="card">
    <h2>Worlds</h2>
    <p class="small">A key selects a world. A key that is issued in a new world makes it.</p>
    <ul class="plain">${found.slice(0, MOST).map(({ world, keys, messages }, index) => html`<li key=${world}>
      <a href=${link("calls", "", { world: index ? world : "" })}>${world}</a> <span class="quiet">${count(keys, "key")}, ${count(messages, "message")}</span>
      ${index > 0 && html` <${Confirm} label="Delete…" question=${`Delete ${world} with its keys and everything in it?`} yes="Yes, delete" run=${() => send("DELETE", `/worlds/${encodeURIComponent(world)}`)} />`}
    </li>`)}</ul>
    ${found.length > MOST && html`<p class="small">The first ${MOST} of ${count(found.length, "world")}.</p>`}
  </section>`;
}

function Settings({ document }) {
  const schema = schemaOf(document, document.paths["/_mock/settings"].patch);
  const { value } = useLive("/settings", ["settings"]);
  return html`<section class="card">
    <h2>Settings</h2>
    <p class="small">The grey values are those in effect.</p>
    ${value && html`<${Form} document=${document} schema=${schema} method="PATCH" path="/settings" current=${value} label="Change the settings" done=${() => "Changed."} />`}
  </section>`;
}

function State({ document }) {
  return html`<section class="card">
    <h2>State</h2>
    <p>
      <${Button} label="Save a snapshot" run=${() => save("/snapshot.html", "synap-mock-snapshot.html")} />
      ${document.paths["/_mock/export"] && html` <${Button} label="Export" run=${() => save("/export", "synap-mock-export.jsonl")} />`}
    </p>
    <p class="small">A snapshot is this page with its data, as one file without a server.</p>
    <p><${Confirm} label="Reset…" question="Forget what was recorded, the journal, the ledger and all that is scheduled?" yes="Yes, reset" run=${() => send("POST", "/reset")} /></p>
  </section>`;
}

// By a request of this page: a link could not send the token.
async function save(path, name) {
  const response = await request("GET", path);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
