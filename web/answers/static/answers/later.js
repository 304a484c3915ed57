// Sends what is still in this browser.
import { openDesk } from "./recorder.js";
import { at, data, show, texts, token, toldOfQueue } from "./page.js";

const state = at("state");
const bar = at("sent");
let most = 0;
function tell({ type, ...event }) {
  if (type === "queue") { state.textContent = event.waiting || event.state !== "sending" ? toldOfQueue(event) : state.textContent; progress(); }
  if (type === "taken") state.textContent = texts.taken;
  if (type === "late") state.textContent = texts.late;
}
function progress() {
  most = Math.max(most, desk?.waiting || 0);
  show(bar, most > 0);
  if (most) bar.value = 1 - desk.waiting / most;
}
let desk = null;
desk = await openDesk({ name: data.name, token, on: tell });
if (desk.elsewhere) {
  state.textContent = texts.elsewhere;
  show(at("take"));
  at("take").addEventListener("click", async () => { show(at("take"), false); await desk.take(); progress(); finish(); });
} else finish();
async function finish() {
  progress();
  await desk.sent();
  if (!desk.elsewhere) { state.textContent = texts.all_here; if (most) bar.value = 1; }
}
window.addEventListener("beforeunload", (event) => { if (desk.waiting) event.preventDefault(); });
