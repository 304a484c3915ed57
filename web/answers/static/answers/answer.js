// The interview recorded alone: one question after the other, think, answer, keep, hand in.
import { getMedia, openDesk, unable } from "./recorder.js";
import { ask, at, data, fill, minutes, patiently, show, texts, token, toldOfQueue } from "./page.js";

const BEAT_MS = 5000;
const question = at("question");
let desk = null; // of recorder.js
let media = null; // camera and microphone, once they are open
let recording = null;
let now = null; // the question that is shown, as the server told it
let before = 0; // seconds of this answer that were recorded earlier
let stage = "wait"; // think, answer, kept, end
let thinkFrom = 0;
let said = new Set(); // notices that were given
let queue = { state: "idle", waiting: 0 };
const tools = Object.fromEntries([...document.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));

function only(...names) { for (const [name, button] of Object.entries(tools)) show(button, names.includes(name) || name === "write"); }
function notice(text) { at("notice").textContent = text; }
function fault(text) { at("fault").textContent = text; show(at("fault"), Boolean(text)); }
function tellOnce(name, text) { if (!said.has(name)) { said.add(name); notice(text); } }

// --- What the recorder tells ---

function heard({ type, ...event }) {
  if (type === "queue") { queue = event; at("sending").textContent = toldOfQueue(event); if (event.state === "refused") fault(texts.refused); else if (at("fault").textContent === texts.refused) fault(""); }
  if (type === "storage") fault(texts[event.state]);
  if (type === "device") {
    const text = texts[`${event.state}_${event.device}`];
    if (event.state === "back") { fault(""); notice(text); } else fault(text);
  }
  if (type === "pause") fault(texts.pause);
  if (type === "late") fault(texts.late);
  if (type === "taken") elsewhere(texts.taken);
  if (type === "stopped") goOn();
}

/** The recorder ended by itself: the answer goes on with what is left, as another part of it. */
async function goOn() {
  if (stage !== "answer") return;
  before += recording.seconds;
  closeMedia();
  if (!await openMedia() || !record()) { recording = null; only("resume", "was-all"); stage = "think"; }
}

function elsewhere(text) {
  closeMedia();
  recording = null; stage = "wait";
  for (const part of [question, at("ready"), at("end")]) show(part, false);
  at("elsewhere").querySelector("[data-told]").textContent = text;
  show(at("elsewhere"));
}

// --- Camera and microphone ---

async function openMedia() {
  if (media?.stream.getTracks().every((track) => track.readyState === "live")) return true;
  try {
    media = await getMedia();
  } catch (error) {
    media = null;
    fault(`${texts.no_microphone} ${texts[`${error.reason}_microphone`] || texts[error.reason]}`);
    at("other").open = true;
    return false;
  }
  if (media.faults.length) fault(`${texts[`${media.faults[0].reason}_camera`] || ""} ${texts.audio_only}`);
  if (media.kind === "video") { at("own").srcObject = media.stream; at("own").play().catch(() => {}); }
  show(at("own"), media.kind === "video");
  return true;
}

function closeMedia() {
  media?.stream.getTracks().forEach((track) => track.stop());
  media = null;
  at("own").srcObject = null;
  show(at("own"), false); show(at("live"), false);
}

// --- One question ---

async function next(again = null) {
  only();
  const told = await patiently("/c/answer/state", again === null ? {} : { again }, () => notice(texts.next_waits));
  if (!told.question) { end(told); return; }
  now = told.question;
  said = new Set(); before = now.unfinished_s || 0;
  show(at("ready"), false); show(at("end"), false); show(question);
  at("number").textContent = fill(texts.question_of, { n: now.order, count: told.count });
  at("text").textContent = now.text;
  at("retakes").textContent = now.retakes_left ? fill(texts.retakes, { n: now.retakes_left }) : texts.no_retake;
  spoken();
  for (const field of document.querySelectorAll("[data-note]")) field.value = now.notes[field.dataset.note] || "";
  at("notes-given").checked = now.notes_given;
  if (at("written")) at("written").value = localStorage.getItem(`written-${now.key}`) || "";
  notice("");
  at("number").focus();
  think();
}

function spoken() {
  const player = at("spoken");
  player.replaceChildren();
  show(player, now.spoken);
  if (!now.spoken) { player.removeAttribute("src"); return; }
  player.src = `/c/answer/questions/${now.order}/spoken`;
  if (!now.captions) return;
  const track = document.createElement("track");
  track.kind = "captions"; track.default = true; track.srclang = document.documentElement.lang; track.label = "CC";
  track.src = `/c/answer/questions/${now.order}/captions`;
  player.append(track);
}

function think() {
  stage = "think";
  thinkFrom = Date.now() - now.thought_s * 1000;
  at("what").textContent = texts.think;
  show(at("what").parentElement, now.unfinished_s === null);  // an answer that was broken off has been thought about
  if (now.unfinished_s === null) { only("begin"); return; }
  notice(fill(texts.recorded_so_far, { seconds: Math.round(before) }));
  only("resume", "was-all");
}

async function begin() {
  only();
  fault(unable() ? texts[unable()] : "");
  said = new Set();
  if (unable() || !await openMedia() || !record()) { only(now.unfinished_s === null ? "begin" : "resume"); at("other").open = true; return; }
  ask(`/c/answer/takes/${now.key}/begin`, { way: media.kind }).catch((error) => { if (error.code) refuse(error); });
  notice(fill(texts.begun, { minutes: minutes(Math.max(0, now.answer_s - Math.round(before))) }));
  tools.stop.focus();
}

/** Whether it records. A recorder that does not start is told as a microphone that does not. */
function record() {
  try { recording = desk.record(media.stream, { purpose: "answer", group: now.key, kind: media.kind }); } catch {
    closeMedia();
    fault(`${texts.no_microphone} ${texts.other_microphone}`);
    return false;
  }
  stage = "answer";
  at("what").textContent = texts.answer;
  show(at("what").parentElement);
  show(at("live"));
  only("stop");
  return true;
}

/** The server does not take this answer: it is over, or it was begun elsewhere. */
async function refuse(error) {
  if (recording) await recording.stop();
  recording = null;
  fault(error.code === "over" || error.code === "settled" ? texts.over : error.message);
  await next();
}

async function stop(cut = false) {
  if (stage !== "answer") return;
  stage = "kept";
  only();
  const seconds = before + recording.seconds;
  await recording.stop();
  recording = null;
  show(at("live"), false);
  await finish({ way: media?.kind || "video", answered_s: seconds }, cut ? `${texts.cut} ${texts.kept}` : texts.kept);
}

async function finish(told, text) {
  stage = "kept";
  notice(text);
  try { await patiently(`/c/answer/takes/${now.key}/end`, told, () => notice(`${text} ${texts.next_waits}`)); } catch (error) { fault(error.message); }
  localStorage.removeItem(`written-${now.key}`);
  at("time").value = 0; at("clock").textContent = "";
  if (now.retakes_left) only("next", "retake"); else only("next");
  tools.next.focus();
}

// --- Time ---

function tick() {
  if (stage === "think") {
    const used = (Date.now() - thinkFrom) / 1000;
    if (!now.think_s || now.unfinished_s !== null) { at("time").value = 0; at("clock").textContent = ""; return; }
    bar(used, now.think_s);
    if (used > now.think_s) tellOnce("think_over", texts.think_over);
    else if (used > now.think_s / 2) tellOnce("think_half", texts.think_half);
  } else if (stage === "answer") {
    const used = before + recording.seconds;
    const left = now.answer_s - used;
    at("level").value = recording.level;
    bar(used, now.answer_s);
    if (left < 0 && data.hard_end) { stop(true); return; }
    if (left < -60) tellOnce(`over-${Math.floor(-left / 60)}`, fill(texts.long_still, { seconds: 60 * Math.floor(-left / 60) }));
    else if (left < 0) tellOnce("long", texts.long);
    else if (left < 10 && data.hard_end) tellOnce("left10", texts.left10);
    else if (left < 30 && now.answer_s > 45) tellOnce("left30", texts.left30);
    else if (left < now.answer_s / 2 && now.answer_s > 90) tellOnce("half", texts.half);
  }
}

function bar(used, allowed) {
  at("time").value = Math.min(1, used / allowed);
  const left = Math.round(allowed - used);
  at("clock").textContent = `${left < 0 ? "+" : ""}${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
}

// --- Another way ---

async function upload(file) {
  if (!file || !["think", "kept"].includes(stage)) return;
  only();
  try {
    await patiently(`/c/answer/takes/${now.key}/begin`, { way: "file" }, () => notice(texts.next_waits));
    await desk.sendFile(file, { purpose: "answer", group: now.key });
    await finish({ way: "file", answered_s: 0 }, texts.kept);
  } catch (error) { fault(error.message); think(); }
  at("file").value = "";
}

async function write() {
  const text = at("written").value.trim();
  if (!text || stage !== "think") return;
  only();
  try {
    await patiently(`/c/answer/takes/${now.key}/begin`, { way: "written" }, () => notice(texts.next_waits));
    await finish({ way: "written", answered_s: (Date.now() - thinkFrom) / 1000, text }, texts.kept);
  } catch (error) { fault(error.message); think(); }
}

// --- Notes ---

let notesWait = 0;
function notesChanged() {
  clearTimeout(notesWait);
  at("notes-kept").textContent = "";
  notesWait = setTimeout(async () => {
    const kept = Object.fromEntries([...document.querySelectorAll("[data-note]")].map((field) => [field.dataset.note, field.value]));
    try {
      await ask(`/c/answer/questions/${now.order}/notes`, { texts: kept, given: at("notes-given").checked });
      at("notes-kept").textContent = texts.saved;
    } catch { notesWait = setTimeout(notesChanged, 5000); }
  }, 800);
}

// --- The end ---

/** A text has words and no seconds; how long an uploaded file is, is not known yet. */
function lengthOf(take) {
  if (take.way === "written") return take.length;
  return take.way !== "file" && take.answered_s ? minutes(Math.round(take.answered_s)) : "";
}

function end(told) {
  stage = "end"; now = null;
  closeMedia();
  show(question, false); show(at("ready"), false); show(at("end"));
  show(at("over"), told.over === true);
  at("over").textContent = texts.over;
  const list = at("answers");
  list.replaceChildren();
  for (const answer of told.answers) {
    const li = document.createElement("li");
    const text = document.createElement("p");
    text.textContent = answer.text; text.className = "asked";
    li.append(text);
    for (const take of answer.takes) {
      const label = document.createElement("label");
      const choice = document.createElement("input");
      choice.type = "radio"; choice.name = `take-${answer.order}`; choice.checked = take.given;
      choice.addEventListener("change", () => patiently(`/c/answer/takes/${take.key}/give`).catch((error) => fault(error.message)));
      label.append(choice, ` ${fill(texts.take, { n: take.number })}: ${[texts[take.way], lengthOf(take)].filter(Boolean).join(texts.comma)} `);
      li.append(label);
    }
    if (answer.again) {
      const button = document.createElement("button");
      button.type = "button"; button.className = "second"; button.textContent = tools.retake.textContent;
      button.addEventListener("click", () => next(answer.order));
      li.append(button);
    }
    list.append(li);
  }
  show(at("hand-in"), told.answers.some((answer) => answer.takes.length));
  at("end").querySelector("h2").focus();
}

async function handIn() {
  if (!window.confirm(texts.sure)) return;
  at("hand-in").disabled = true;
  try {
    await patiently("/c/answer/hand-in", {}, () => fault(texts.offline));
    window.location.assign("/c/answer/later");
  } catch (error) { fault(error.message); at("hand-in").disabled = false; }
}

// --- The company's messages, and what the monitor shows ---

async function beat() {
  const devices = recording?.devices;
  try {
    const told = await ask("/c/answer/presence", {
      question: now?.order, recording: Boolean(recording), level: recording?.level ?? null,
      camera: media?.kind === "video" ? devices?.camera || "back" : "none", microphone: media ? devices?.microphone || "back" : "none",
      waiting: desk.waiting, connection: queue.state,
    });
    for (const text of told.words) {
      const li = document.createElement("li");
      li.textContent = text;
      at("said").append(li);
    }
    if (now && told.answer_s && told.answer_s !== now.answer_s) {
      if (told.answer_s > now.answer_s) { notice(texts.more_time); said.delete("long"); }
      now.answer_s = told.answer_s;
      if (now.think_s) now.think_s = told.think_s;
    }
  } catch { /* the queue tells of the connection */ }
}

async function arrive() {
  show(at("elsewhere"), false);
  const begun = localStorage.getItem(`begun-${data.name}`);
  if (begun) await next(); else show(at("ready"));
}

desk = await openDesk({ name: data.name, token, on: heard });
if (desk.elsewhere) elsewhere(texts.elsewhere); else arrive();
at("take").addEventListener("click", async () => { await desk.take(); await arrive(); });
at("show").addEventListener("click", () => { localStorage.setItem(`begun-${data.name}`, "1"); next(); });
tools.begin.addEventListener("click", begin);
tools.resume.addEventListener("click", begin);
tools["was-all"].addEventListener("click", () => finish({ way: "video", answered_s: before }, texts.kept));
tools.stop.addEventListener("click", () => stop());
tools.next.addEventListener("click", () => next());
tools.retake.addEventListener("click", () => next(now.order));
tools.write?.addEventListener("click", write);
at("written")?.addEventListener("input", () => { if (now) localStorage.setItem(`written-${now.key}`, at("written").value); });
at("file").addEventListener("change", () => upload(at("file").files[0]));
for (const field of document.querySelectorAll("[data-note], #notes-given")) field.addEventListener("input", notesChanged);
at("hand-in").addEventListener("click", handIn);
setInterval(tick, 250);
setInterval(() => { if (!desk.elsewhere) beat(); }, BEAT_MS);
window.addEventListener("beforeunload", (event) => { if (recording || queue.waiting) event.preventDefault(); });

// A phone does not go to sleep while somebody answers.
let awake = null;
setInterval(async () => {
  if (awake || stage !== "answer" || !navigator.wakeLock || document.visibilityState !== "visible") return;
  try {
    awake = await navigator.wakeLock.request("screen");
    awake.addEventListener("release", () => { awake = null; });
  } catch { /* it may sleep; nothing is lost */ }
}, 2000);
