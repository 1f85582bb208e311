// JSON with colors and indentation. It works on the text: numbers keep their digits, and the beginning of a JSON text
// is shown as far as it goes.
import { html, useMemo, useState } from "./html.js";

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\w.+-]*)|(true|false|null|NaN|-?Infinity)|([{}[\],]))/y;
const MOST = 4000;

export function Json({ text, label }) {
  const [whole, setWhole] = useState(false);
  const pieces = useMemo(() => pretty(text, whole ? Infinity : MOST), [text, whole]);
  if (!text) return null;
  return html`<pre class="json" tabindex="0" aria-label=${label}>${pieces.shown}</pre>
    ${pieces.isCut && html`<button type="button" onClick=${() => setWhole(true)}>Show all of it</button>`}`;
}

function pretty(text, most) {
  const shown = [];
  let depth = 0;
  let position = 0;
  let opened = false;
  const line = () => `\n${"  ".repeat(depth)}`;
  if (!/^\s*[{["]/.test(text)) return { shown: [text], isCut: false };
  for (let count = 0; count < most; count += 1) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) {
      shown.push(text.slice(position).replace(/^\s+$/, ""));
      return { shown, isCut: false };
    }
    position = TOKEN.lastIndex;
    const [, string, colon, number, word, sign] = match;
    const closes = sign === "}" || sign === "]";
    if (closes) depth = Math.max(0, depth - 1);
    if (opened !== closes && (opened || closes)) shown.push(line());
    opened = sign === "{" || sign === "[";
    if (opened) depth += 1;
    if (string !== undefined) shown.push(html`<span class=${colon ? "json-key" : "json-text"}>${string}</span>`);
    else if (number !== undefined) shown.push(html`<span class="json-number">${number}</span>`);
    else if (word !== undefined) shown.push(html`<span class="json-word">${word}</span>`);
    else shown.push(sign);
    if (colon) shown.push(": ");
    if (sign === ",") shown.push(line());
  }
  return { shown, isCut: position < text.length };
}
