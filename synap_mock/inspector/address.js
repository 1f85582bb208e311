// What the page shows is in the address: #/VIEW/ID?PARAMETERS.
import { store } from "./store.js";

export const address = store(read());

addEventListener("hashchange", () => address.set(read()));

function read() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...rest] = path.split("/");
  return { view: view || "ledger", id: decode(rest.join("/")), params: new URLSearchParams(query ?? "") };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Parameters that are empty are left out.
export function link(view, id = "", params = {}) {
  const given = Object.entries(params).filter(([, value]) => value);
  const query = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${view}${id === "" ? "" : `/${encodeURIComponent(id)}`}${query}`;
}

export function go(href) {
  location.hash = href;
}

// The same entry of the history, for what changes with each character or key.
export function replace(href) {
  history.replaceState(null, "", href);
  address.set(read());
}
