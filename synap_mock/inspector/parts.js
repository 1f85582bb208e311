// Small components that several views share.
import { html, useState } from "./html.js";

export function Badge({ tone = "", children, title }) {
  return html`<span class=${`badge ${tone}`} title=${title}>${children}</span>`;
}

export function Empty({ children }) {
  return html`<div class="empty">${children}</div>`;
}

// A local time of the day; the title has the date, in UTC.
export function Time({ at }) {
  return html`<time datetime=${at} title=${at}>${clock(at)}</time>`;
}

export function clock(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at ?? "");
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

export function count(number, noun, nouns = `${noun}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;
}

export function Copy({ text, label = "Copy" }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await toClipboard(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`<button type="button" class="copy" onClick=${copy}>${done ? "Copied" : label}</button>`;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed where the page is served under another name than localhost, without TLS.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

export function Facts({ of }) {
  const given = Object.entries(of).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return html`<dl class="facts">${given.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

// A text in which `code` is marked, as in the control API's descriptions.
export function marked(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}

// A button that asks before it runs.
export function Confirm({ label, question, yes, run }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return html`<button type="button" class="danger" onClick=${() => setAsked(true)}>${label}</button>`;
  return html`<span role="alert"><b>${question}</b> <${Button} label=${yes} tone="danger" run=${() => run().then(() => setAsked(false))} /> <button type="button" onClick=${() => setAsked(false)}>No</button></span>`;
}

export function Button({ label, run, tone = "", isDisabled = false }) {
  const [error, setError] = useState(null);
  const click = () => run().then(() => setError(null), setError);
  return html`<button type="button" class=${tone} disabled=${isDisabled} onClick=${click}>${label}</button>${error && html`<${Problem} error=${error} />`}`;
}

export function Problem({ error }) {
  return html`<p class="problem" role="alert">${error.message ?? String(error)}</p>`;
}
