// The control API, as the page calls it. In a snapshot, the page's own data answers.
import { address, world } from "./address.js";
import { store } from "./store.js";

const BASE = new URL("./", location.href.replace(/[?#].*$/, ""));

const embedded = document.getElementById("snapshot");
export const snapshot = embedded && JSON.parse(embedded.textContent);

// Whether the control API requires a token that the page does not have. The token is in memory only.
export const locked = store(false);
let token = null;

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.error ?? `the server returned ${status}`);
    this.status = status;
    this.code = body?.code;
  }
}

export function unlock(given) {
  token = given;
  locked.set(false);
}

export function url(path) {
  const found = new URL(path.replace(/^\//, ""), BASE);
  if (world.value) found.searchParams.set("world", world.value);
  return found;
}

export async function request(method, path, body, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(url(path), { method, headers, body: body && JSON.stringify(body), signal: options.signal });
  if (response.status === 401) locked.set(true);
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
  return response;
}

export async function get(path) {
  return snapshot ? fromSnapshot(path) : (await request("GET", path)).json();
}

export async function send(method, path, body) {
  if (snapshot) throw new Error("a snapshot has no server");
  return (await request(method, path, body ?? {})).json();
}

// Every item of a list, page by page.
export async function all(path, name, most = 10_000) {
  const found = [];
  let after = null;
  do {
    const joint = path.includes("?") ? "&" : "?";
    const page = await get(`${path}${joint}limit=1000${after === null ? "" : `&after=${after}`}`);
    found.push(...page[name]);
    after = page.next;
  } while (after !== null && after !== undefined && found.length < most);
  return found;
}

function fromSnapshot(path) {
  const [route] = path.split("?");
  const [, noun, id, part] = route.split("/");
  if (part) return snapshot[part][id] ?? { [part]: [] };
  if (id === undefined && noun in snapshot) return { next: null, dropped: 0, ...snapshot[noun] };
  const found = noun === "requests"
    ? snapshot.requests.requests.find((each) => String(each.number) === id)
    : snapshot.transcripts.find((each) => each.conversation_id === decodeURIComponent(id) && isChosen(each));
  if (!found) throw new ApiError(404, { error: `the snapshot has no ${route}` });
  return { ...found, next: null };
}

function isChosen(conversation) {
  const instance = address.value.params.get("instance");
  return !instance || conversation.instance_id === instance;
}
