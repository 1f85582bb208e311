// A long list of which only the rows in sight are in the document. Newest first: the last item is at the top.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./html.js";

const MARGIN = 8;
const WIDE = matchMedia("(min-width: 60rem)");

export function Rows({ items, reached, render }) {
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const rowHeight = useRowHeight(box);
  const known = useRef({ count: items.length, last: items.at(-1)?.number });

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setHeight(entry.contentRect.height));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  // What someone reads stays where it is while rows are added above it.
  useLayoutEffect(() => {
    const added = addedSince(items, known.current.last);
    known.current = { count: items.length, last: items.at(-1)?.number };
    if (added && box.current.scrollTop > 0) box.current.scrollTop += added * rowHeight;
  }, [items]);

  useLayoutEffect(() => {
    const index = items.findIndex((item) => item.number === reached);
    if (index < 0) return;
    const offset = (items.length - 1 - index) * rowHeight;
    const element = box.current;
    if (offset < element.scrollTop) element.scrollTop = offset;
    else if (offset + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = offset + rowHeight - element.clientHeight;
  }, [reached, items.length > 0, rowHeight]);

  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const end = Math.min(items.length, Math.ceil((top + height) / rowHeight) + MARGIN);
  const shown = [];
  for (let place = first; place < end; place += 1) {
    const item = items[items.length - 1 - place];
    shown.push(html`<div role="listitem" class="slot" key=${item.number} style=${{ top: `${place * rowHeight}px` }}>${render(item)}</div>`);
  }
  return html`<div class="rows" ref=${box} tabindex="0" aria-label="List of calls" onScroll=${(event) => setTop(event.currentTarget.scrollTop)}>
    <div role="list" class="length" style=${{ height: `${items.length * rowHeight}px` }}>${shown}</div>
  </div>`;
}

function addedSince(items, last) {
  if (last === undefined) return 0;
  let added = 0;
  while (added < items.length && items[items.length - 1 - added].number > last) added += 1;
  return added;
}

// In pixels, from the style sheet: rows are higher on a narrow page.
function useRowHeight(box) {
  const [height, setHeight] = useState(30);
  useLayoutEffect(() => {
    const read = () => setHeight(parseFloat(getComputedStyle(box.current).getPropertyValue("--row")) || 30);
    read();
    WIDE.addEventListener("change", read);
    addEventListener("resize", read);
    return () => {
      WIDE.removeEventListener("change", read);
      removeEventListener("resize", read);
    };
  }, []);
  return height;
}
