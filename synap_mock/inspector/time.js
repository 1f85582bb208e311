// The fake's time: its clock may be frozen, or ahead of ours.
import { send, snapshot } from "./api.js";
import { on } from "./live.js";

const PAUSE_MS = 2000;

let asked = -Infinity;
let ahead = 0;
let frozen = snapshot ? Date.parse(snapshot.taken_at) : null;

export function fakeTime() {
  return frozen ?? Date.now() + ahead;
}

// A clock that is moved by nothing returns its time. That is an event, too, which must not lead to the next request.
async function ask() {
  if (performance.now() - asked < PAUSE_MS) return;
  asked = performance.now();
  const clock = await send("POST", "/clock", {});
  ahead = Date.parse(clock.now) - Date.now();
  frozen = clock.frozen ? Date.parse(clock.now) : null;
}

export function startClock() {
  if (snapshot) return;
  const again = () => ask().catch(() => null);
  again();
  on(["clock", "reset", "gap"], again);
}
