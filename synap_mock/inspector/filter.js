// The filter of the list of calls, with Mailpit's grammar: terms that must all match, KEY:VALUE or a text; ! negates.
const TERM = /([!-])?(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;
const UNITS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 };

const KINDS = {
  failed: (call) => call.status === null || call.status >= 400 || call.failed > 0,
  rejected: (call) => call.rules.length > 0,
  partial: (call) => call.failed > 0 && call.succeeded > 0,
  fault: (call) => Boolean(call.fault),
  unmodelled: (call) => call.unmodelled,
  background: (call) => call.background,
};

const KEYS = {
  status: (call, value) => (/^\dxx$/i.test(value) ? String(call.status)[0] === value[0] : String(call.status ?? "none") === value),
  rule: (call, value) => call.rules.some((rule) => rule.toLowerCase() === value),
  fault: (call, value) => Boolean(call.fault) && (value === "any" || call.fault.toLowerCase() === value),
  method: (call, value) => call.method.toLowerCase() === value,
  route: (call, value) => call.path.toLowerCase().includes(value),
  path: (call, value) => call.path.toLowerCase().includes(value),
  key: (call, value) => call.key.toLowerCase().includes(value),
  world: (call, value) => (call.world ?? "").toLowerCase().includes(value),
  instance: (call, value) => (call.instance_id ?? "").toLowerCase() === value,
  id: (call, value) => call.correlation_id.toLowerCase() === value,
  user: (call, value) => has(call, "user_id", value),
  customer: (call, value) => has(call, "customer_id", value),
  conversation: (call, value) => has(call, "conversation_id", value) || call.path.toLowerCase().includes(value),
  role: (call, value) => has(call, "role", value),
  is: (call, value) => KINDS[value]?.(call) ?? false,
  since: (call, value, now) => Date.parse(call.at) >= moment(value, now),
  before: (call, value, now) => Date.parse(call.at) < moment(value, now),
};
KEYS.after = KEYS.since;
const TEXT_KEYS = new Set(["user", "customer", "conversation", "role"]);

export const KEY_NAMES = Object.keys(KEYS);
export const KIND_NAMES = Object.keys(KINDS);

// A function that takes a call and the fake's time, in milliseconds.
export function parse(text) {
  const terms = [...text.matchAll(TERM)].map(([, sign, key, quoted, word]) => term(sign, key?.toLowerCase(), quoted, word));
  return (call, now) => terms.every((matches) => matches(call, now));
}

function term(sign, key, quoted, word) {
  const value = (quoted ?? word).toLowerCase();
  const matches = key in KEYS
    ? (call, now) => KEYS[key](call, value, now)
    : (call) => textOf(call).includes(key ? `${key}:${value}` : value);
  return sign ? (call, now) => !matches(call, now) : matches;
}

// Whether the filter looks at the texts of calls, which the stream does not bring.
export function needsTexts(text) {
  return [...text.matchAll(TERM)].some(([, , key]) => !(key?.toLowerCase() in KEYS) || TEXT_KEYS.has(key.toLowerCase()));
}

export function dependsOnTime(text) {
  return /(since|before|after):\d+[smhd]/i.test(text);
}

// Whether the filter asks for telemetry and heartbeats, which are hidden otherwise.
export function wantsBackground(text) {
  return /is:background/i.test(text);
}

// With the term, or without it if the filter has it.
export function toggled(text, added) {
  const terms = text.split(/\s+/).filter(Boolean);
  return (terms.includes(added) ? terms.filter((each) => each !== added) : [...terms, added]).join(" ");
}

function moment(value, now) {
  const ago = /^(\d+)([smhd])$/.exec(value);
  return ago ? now - Number(ago[1]) * UNITS[ago[2]] : Date.parse(value.toUpperCase());
}

const texts = new WeakMap();

function textOf(call) {
  if (!texts.has(call)) {
    const { method, path, query, body, answer, correlation_id: id, rules, fault } = call;
    texts.set(call, [`${method} ${path}`, query, body, answer, id, ...rules, fault].join("\n").toLowerCase());
  }
  return texts.get(call);
}

const values = new WeakMap();
const FIELD = /"(user_id|customer_id|conversation_id|role)"\s*:\s*("(?:[^"\\]|\\.)*")/g;

// Whether an entry of the call's body, or the query, has a value in a field.
function has(call, field, value) {
  if (!values.has(call)) values.set(call, fieldsOf(call));
  return values.get(call).has(`${field}\n${value}`);
}

function fieldsOf(call) {
  const found = new Set();
  for (const [, name, literal] of (call.body ?? "").matchAll(FIELD)) found.add(`${name}\n${unquoted(literal).toLowerCase()}`);
  for (const [name, value] of new URLSearchParams(call.query ?? "")) found.add(`${name}\n${value.toLowerCase()}`);
  return found;
}

function unquoted(literal) {
  try {
    return JSON.parse(literal);
  } catch {
    return literal;
  }
}
