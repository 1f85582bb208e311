// Keyboard shortcuts. They do nothing while someone types, and with Ctrl, Alt or Meta, which are the browser's.
import { useLayoutEffect, useRef } from "./html.js";

const bindings = new Set();

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  const { target } = event;
  const types = target.matches?.("input:not([type=checkbox]), textarea, select");
  const acts = target.matches?.("a, button, summary, [type=checkbox]");
  if (types || (acts && (event.key === "Enter" || event.key === " "))) return;
  if (document.querySelector("dialog[open]")) return; // its own Escape closes it
  for (const binding of [...bindings].reverse()) {
    const run = binding.current[event.key];
    if (!run) continue;
    event.preventDefault();
    run();
    return;
  }
});

// Functions by key, for as long as a component is shown.
export function useKeys(functions) {
  const binding = useRef(functions);
  binding.current = functions;
  useLayoutEffect(() => {
    bindings.add(binding);
    return () => bindings.delete(binding);
  }, []);
}
