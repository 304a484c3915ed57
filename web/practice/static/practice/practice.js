// One question: think, answer, stop. What is recorded goes out second by second, see answers/recorder.js.
import { getMedia, openDesk } from "../answers/recorder.js";

const box = document.getElementById("practice");
const words = box.dataset;
const part = (name) => box.querySelector(`[data-do=${name}]`);
const [video, bar, clock, status, fault] = ["video", "progress", "[data-clock]", "[data-status]", "[data-fault]"].map((one) => box.querySelector(one));
const TICK_MS = 250;
const SOON_S = 15;
let desk; let media; let group; let recording; let timer; let leaves = false;

const two = (number) => String(number).padStart(2, "0");
const filled = (text, seconds) => text.replace("{minutes}", Math.floor(seconds / 60)).replace("{seconds}", two(seconds % 60));
const show = (name) => ["think", "answer", "stop"].forEach((one) => { part(one).hidden = one !== name; });
const complain = (reason) => { fault.textContent = words[reason] || words.other; };

async function post(url) {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": words.token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Calls `tick` with the seconds since now, until the next one is started. */
function every(tick) {
  const since = performance.now();
  clearInterval(timer);
  timer = setInterval(() => tick((performance.now() - since) / 1000), TICK_MS);
  tick(0);
}

async function think() {
  fault.textContent = "";
  part("think").disabled = true;
  try {
    desk = desk || await openDesk({ name: words.desk, url: words.streams, token: words.token, on: told });
    if (desk.elsewhere) { desk = null; complain("elsewhere"); return; }
    media = await getMedia({ video: true });
    group = (await post(words.begin)).key;
  } catch (error) { complain(error.reason || "other"); return; } finally { part("think").disabled = false; }
  if (media.kind === "video") { video.srcObject = media.stream; video.hidden = false; video.play().catch(() => {}); }
  box.querySelector(".time").hidden = false;
  show("answer");
  part("answer").focus();
  const total = Number(words.think);
  every((at) => {
    const left = Math.max(0, Math.ceil(total - at));
    bar.value = total ? Math.min(1, at / total) : 1;
    clock.textContent = filled(words.thinkLeft, left);
    if (at >= total) answer();
  });
}

function answer() {
  if (recording) return;
  try { recording = desk.record(media.stream, { purpose: "practice", group, kind: media.kind }); } catch { complain("other"); return; }
  show("stop");
  part("stop").focus();
  const total = Number(words.answer);
  const notices = [[total / 2, words.half], [total - SOON_S, words.soon], [total, words.long]].filter(([at]) => at > 0);
  every((at) => {
    bar.value = Math.min(1, at / total);
    clock.textContent = at <= total ? filled(words.left, Math.ceil(total - at)) : filled(words.over, Math.floor(at - total));
    while (notices.length && at >= notices[0][0]) status.textContent = notices.shift()[1];
    if (at >= total && words.hard) stop();
    if (at >= 2 * total + 60) stop(); // nobody is there any more
  });
}

/** Tell the server, until it knows. */
async function say(what) {
  for (;;) {
    try { await post(`${words.answers}${group}/${what}`); return; } catch { await new Promise((done) => setTimeout(done, 1000)); }
  }
}

async function stop() {
  if (leaves) return;
  leaves = true;
  clearInterval(timer);
  part("stop").disabled = true;
  box.querySelector("[data-sending]").hidden = false;
  await recording.stop();
  media.stream.getTracks().forEach((track) => track.stop());
  await say("ended");
  await desk.sent(group);
  await say("ended?sent=1");
  window.location.assign(`${words.answers}${group}`);
}

function told(event) {
  if (event.type === "queue") fault.textContent = event.state === "offline" ? words.offline : "";
  if (event.type === "stopped" || event.type === "taken") stop();
}

part("think").addEventListener("click", think);
part("answer").addEventListener("click", answer);
part("stop").addEventListener("click", stop);
