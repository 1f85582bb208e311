// A value that components follow.
import { useLayoutEffect, useReducer } from "./html.js";

export function store(value) {
  const listeners = new Set();
  return {
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore(followed) {
  const [, again] = useReducer((count) => count + 1, 0);
  useLayoutEffect(() => followed.subscribe(again), [followed]);
  return followed.value;
}
