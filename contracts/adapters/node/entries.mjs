// What the page asks of entries, and what JSON can say of them.

import { InvalidInputError } from "./errors.mjs";

const HEX = "[0-9a-f]";
const DIGITS = `(?:${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}|${HEX}{32})`;
const UUID = new RegExp(`^(?:(?:urn:uuid:)?${DIGITS}|\\{${DIGITS}\\})$`, "i");

/**
 * The request body of a batch.
 *
 * It is written at once, so that what the caller changes while the call is under way is not sent.
 *
 * @param {Iterable<object>} messages The entries.
 * @returns {{body: string, count: number}}
 * @throws {InvalidInputError} An entry breaks the parameter list, or holds what JSON can't say.
 */
export function bodyOf(messages) {
  if (typeof messages !== "object" || typeof messages?.[Symbol.iterator] !== "function") {
    throw new InvalidInputError("messages is no list; expected an array, or another iterable, of entries");
  }
  const entries = [...messages];
  try {
    entries.forEach((entry, index) => checkEntry(entry, `messages[${index}]`));
    return { body: JSON.stringify({ messages: entries }), count: entries.length };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidInputError("an entry is nested too deeply, or holds itself");
  }
}

function checkEntry(entry, at) {
  if (!isPlain(entry)) throw new InvalidInputError(`${at} is ${named(entry)}; expected an object`);
  for (const key of ["conversation_id", "role", "content"]) {
    if (typeof entry[key] !== "string") {
      throw new InvalidInputError(`${at}.${key} is ${named(entry[key])}; it is required, and a string`);
    }
  }
  if (entry.role !== "user" && entry.role !== "assistant") {
    throw new InvalidInputError(`${at}.role is ${JSON.stringify(entry.role)}; it is "user" or "assistant"`);
  }
  if (!UUID.test(entry.conversation_id)) {
    throw new InvalidInputError(`${at}.conversation_id is ${JSON.stringify(entry.conversation_id)}; it is a UUID`);
  }
  for (const key of ["user_id", "customer_id", "session_id"]) {
    if (entry[key] != null && typeof entry[key] !== "string") {
      throw new InvalidInputError(`${at}.${key} is ${named(entry[key])}; expected a string`);
    }
  }
  if (entry.metadata != null && !isPlain(entry.metadata)) {
    throw new InvalidInputError(`${at}.metadata is ${named(entry.metadata)}; expected an object`);
  }
  for (const [key, value] of Object.entries(entry)) checkJson(value, `${at}.${key}`);
}

// JSON.stringify turns NaN into null, a Date into a string and a Map into {}: that would change what was passed, in
// silence. An undefined property means absent, as everywhere in JavaScript.
function checkJson(value, at) {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (value[index] === undefined) throw new InvalidInputError(`${at}[${index}] is undefined; JSON has no such value`);
      checkJson(value[index], `${at}[${index}]`);
    }
  } else if (isPlain(value)) {
    for (const [key, each] of Object.entries(value)) checkJson(each, `${at}.${key}`);
  } else if (!isScalar(value)) {
    throw new InvalidInputError(`${at} is ${named(value)}; JSON has no such value`);
  }
}

function isScalar(value) {
  return value == null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function isPlain(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function named(value) {
  if (value === undefined) return "missing";
  if (value === null || typeof value === "number") return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? `a ${value.constructor?.name ?? "object"}` : `a ${typeof value}`;
}
