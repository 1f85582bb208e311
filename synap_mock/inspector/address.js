// What the page shows is in the address: #/VIEW/ID?PARAMETERS.
import { store } from "./store.js";

export const address = store(read());

// The name of the world that the page shows; empty: the one of the token, or the default one.
export const world = store(worldIn(address.value));

addEventListener("hashchange", change);

function change() {
  address.set(read());
  if (worldIn(address.value) !== world.value) world.set(worldIn(address.value));
}

function worldIn({ params }) {
  return params.get("world") ?? "";
}

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

// Parameters that are empty are left out. The world stays, unless another one is given.
export function link(view, id = "", params = {}) {
  const given = Object.entries({ ...params, world: params.world ?? world.value }).filter(([, value]) => value);
  const query = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${view}${id === "" ? "" : `/${encodeURIComponent(id)}`}${query}`;
}

export function go(href) {
  location.hash = href;
}

// The same entry of the history, for what changes with each character or key.
export function replace(href) {
  history.replaceState(null, "", href);
  change();
}
