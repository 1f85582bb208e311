// The fake's time: its clock may be frozen, or ahead of ours.
import { get, snapshot } from "./api.js";
import { on } from "./live.js";

let ahead = 0;
let frozen = snapshot ? Date.parse(snapshot.taken_at) : null;

export function fakeTime() {
  return frozen ?? Date.now() + ahead;
}

async function ask() {
  const clock = await get("/clock");
  ahead = Date.parse(clock.now) - Date.now();
  frozen = clock.frozen ? Date.parse(clock.now) : null;
}

export function startClock() {
  if (snapshot) return;
  const again = () => ask().catch(() => null);
  again();
  on(["clock", "reset", "gap"], again);
}
