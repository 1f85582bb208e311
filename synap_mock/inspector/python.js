// JSON as Python. It works on the text, so numbers keep their digits.

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|(true|false|null)|([{}[\],:]))/y;
const WORDS = { true: "True", false: "False", null: "None" };
const LONE = /\\ud[89a-f]/i;

// A Python literal of a text or another scalar.
export function pythonText(value) {
  if (typeof value === "string") return JSON.stringify(value).replace(/\u2028|\u2029|\x7f/g, escaped);
  return WORDS[String(value)] ?? String(value);
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// A JSON text as a Python expression with one member a line; null if it is not JSON, or has a lone surrogate, which
// httpx cannot send. `choose` picks a part of it.
export function pythonValue(text, indent, choose) {
  let chosen = text;
  try {
    const value = JSON.parse(text);
    if (choose) {
      if (choose(value) === undefined) return null;
      chosen = part(text, choose(value));
    }
  } catch {
    return null;
  }
  const written = chosen === null ? null : write(chosen, indent);
  return written === null || LONE.test(written) ? null : written;
}

// The text of `messages` in a body: found by its place, so that its numbers keep their digits.
function part(text, value) {
  if (!Array.isArray(value)) return null;
  const tokens = tokenize(text);
  let depth = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (depth === 1 && token === '"messages"' && tokens[index + 1] === ":") return tokens.slice(index + 2, endOf(tokens, index + 2)).join(" ");
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
  }
  return null;
}

function endOf(tokens, start) {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    if (tokens[index] === "{" || tokens[index] === "[") depth += 1;
    if (tokens[index] === "}" || tokens[index] === "]") depth -= 1;
    if (depth === 0) return index + 1;
  }
  return tokens.length;
}

function tokenize(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[0].trim());
  return tokens;
}

function write(text, indent) {
  const tokens = tokenize(text);
  let depth = 0;
  let written = "";
  const line = () => `\n${indent}${"    ".repeat(depth)}`;
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      const isEmpty = next === "}" || next === "]";
      depth += 1;
      written += isEmpty ? token : token + line();
    } else if (token === "}" || token === "]") {
      const wasEmpty = tokens[index - 1] === "{" || tokens[index - 1] === "[";
      depth -= 1;
      written += wasEmpty ? token : `,${line()}${token}`;
    } else if (token === ",") written += `,${line()}`;
    else if (token === ":") written += ": ";
    else written += token[0] === '"' ? pythonText(JSON.parse(token)) : (WORDS[token] ?? token);
  });
  return written;
}
