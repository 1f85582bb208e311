// Whatever the control API can change: faults, rejections, canned responses, keys, time, settings, reset.
import { get, request, send, snapshot } from "../api.js";
import { Form } from "../form.js";
import { html, useEffect, useState } from "../html.js";
import { useLive } from "../live.js";
import { Empty, Problem } from "../parts.js";
import { resolve, schemaOf } from "../schema.js";

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
    <${Plain} document=${document} path="/memories" title="Remember" label="Seed the memory" done=${(memory) => `Remembered as ${memory.memory_id}.`} />
    <${Plain} document=${document} path="/clock" title="Clock" label="Set the clock" done=${(clock) => `It is ${clock.now}${clock.frozen ? ", frozen" : ""}.${clock.warning ? ` ${clock.warning}` : ""}`} />
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

function Plain({ document, path, title, label, done }) {
  const schema = schemaOf(document, document.paths[`/_mock${path}`].post);
  return html`<section class="card">
    <h2>${title}</h2>
    <${Form} document=${document} schema=${schema} method="POST" path=${path} label=${label} done=${done} />
  </section>`;
}

function Keys({ document }) {
  const [key, setKey] = useState("");
  const schema = schemaOf(document, document.paths["/_mock/keys"].post);
  return html`<section class="card">
    <h2>Keys</h2>
    <${Form} document=${document} schema=${schema} method="POST" path="/keys" label="Issue a key" done=${(issued) => `${issued.key} of ${issued.instance_id}. It is shown whole only here.`} />
    <label class="field"><span>key</span><input type="text" autocomplete="off" spellcheck="false" value=${key} onInput=${(event) => setKey(event.currentTarget.value)} /><small>The whole key that is to be revoked.</small></label>
    <${Button} label="Revoke the key" isDisabled=${!key} run=${() => send("DELETE", `/keys/${encodeURIComponent(key)}`).then(() => setKey(""))} />
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
  const [asked, setAsked] = useState(false);
  const reset = () => send("POST", "/reset").then(() => setAsked(false));
  return html`<section class="card">
    <h2>State</h2>
    <p>
      <${Button} label="Save a snapshot" run=${() => save("/snapshot.html", "synap-mock-snapshot.html")} />
      ${document.paths["/_mock/export"] && html` <${Button} label="Export" run=${() => save("/export", "synap-mock-export.json")} />`}
    </p>
    <p class="small">A snapshot is this page with its data, as one file without a server.</p>
    ${asked
      ? html`<p role="alert"><b>Forget what was recorded, the journal, the ledger and all that is scheduled?</b> <${Button} label="Yes, reset" tone="danger" run=${reset} /> <button type="button" onClick=${() => setAsked(false)}>No</button></p>`
      : html`<p><button type="button" class="danger" onClick=${() => setAsked(true)}>Reset…</button></p>`}
  </section>`;
}

function Button({ label, run, tone = "", isDisabled = false }) {
  const [error, setError] = useState(null);
  const click = () => run().then(() => setError(null), setError);
  return html`<button type="button" class=${tone} disabled=${isDisabled} onClick=${click}>${label}</button>${error && html`<${Problem} error=${error} />`}`;
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
