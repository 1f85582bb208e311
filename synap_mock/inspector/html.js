// Preact with htm: tagged templates become elements. A text in a template is always a text, never markup.
import htm from "./vendor/htm.js";
import { h } from "./vendor/preact.js";

export { render, Fragment } from "./vendor/preact.js";
export { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "./vendor/hooks.js";

export const html = htm.bind(h);
