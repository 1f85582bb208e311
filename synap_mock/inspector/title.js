// The tab shows how many turns were lost or duplicated, also while nobody looks at the page.
import { ledger } from "./live.js";
import { totalsOf } from "./views/ledger.js";

const MOST = 99;

export function showLosses() {
  const icon = document.querySelector("link[rel=icon]");
  const show = () => {
    const { lost, duplicated } = ledger.value ? totalsOf(ledger.value) : { lost: 0, duplicated: 0 };
    const losses = lost + duplicated;
    document.title = losses ? `(${losses}) synap-mock` : "synap-mock";
    icon.href = `data:image/svg+xml,${encodeURIComponent(drawn(losses))}`;
  };
  ledger.subscribe(show);
  show();
}

function drawn(losses) {
  const text = losses > MOST ? `${MOST}+` : losses || "";
  const size = String(text).length > 2 ? 14 : 18;
  const mark = losses ? `<text x="16" y="${16 + size / 3}" font-size="${size}" font-family="sans-serif" font-weight="700" text-anchor="middle" fill="#fff">${text}</text>` : '<path d="M9 17l5 5 9-11" fill="none" stroke="#fff" stroke-width="4"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${losses ? "#c01c22" : "#1f7a3d"}"/>${mark}</svg>`;
}
