// The device check: each device gets a verdict with what to do.
import { getMedia, openDesk, ownToken, unable } from "./recorder.js";
import { at, data, show, sleep, texts, token } from "./page.js";

const words = document.querySelector("[data-words]").dataset;
const SECONDS = 5;
let storage = "good";

function verdict(name, good, told) {
  const place = document.querySelector(`[data-check=${name}]`);
  const badge = place.querySelector("[data-verdict]");
  if (good === null) { badge.textContent = ""; badge.className = "badge"; } else {
    badge.textContent = good ? words.good : words.bad;
    badge.className = good ? "badge good" : "badge bad";
  }
  place.querySelector("[data-told]").textContent = told;
}

async function run() {
  show(at("begin"), false); show(at("again"), false); show(at("clip"), false); show(at("unable"), false);
  for (const name of ["camera", "microphone", "storage", "recording"]) verdict(name, null, "");
  if (unable()) { at("unable").textContent = texts[unable()]; show(at("unable")); show(at("again")); return; }
  let media;
  try { media = await getMedia(); } catch (error) {
    for (const { device, reason } of error.faults || []) verdict(device, false, texts[`${reason}_${device}`]);
    verdict("microphone", false, texts[`${error.reason}_microphone`] || texts[error.reason]);
    show(at("again"));
    return;
  }
  for (const { device, reason } of media.faults) verdict(device, false, texts[`${reason}_${device}`] || texts[reason]);
  const picture = at("picture");
  show(picture, media.kind === "video");
  if (media.kind === "video") { picture.srcObject = media.stream; picture.play().catch(() => {}); }
  storage = "good";
  const desk = await openDesk({ name: `${data.name}-check`, token, on: tell });
  if (desk.elsewhere) await desk.take();
  verdict("storage", storage === "good" || storage === "little", texts[storage === "good" ? "good_storage" : storage]);
  try { await record(desk, media); } finally {
    media.stream.getTracks().forEach((track) => track.stop());
    picture.srcObject = null; show(picture, false);
    await desk.close();
    show(at("again"));
  }
}

function tell({ type, ...event }) {
  if (type === "storage") storage = event.state;
  if (type === "device") verdict(event.device, event.state === "back" ? null : false, texts[`${event.state}_${event.device}`]);
}

async function record(desk, media) {
  const group = crypto.randomUUID();
  const recording = desk.record(media.stream, { purpose: "check", group, kind: media.kind });
  verdict("recording", null, texts.recording);
  verdict("microphone", null, texts.now_speak);
  let loudest = 0;
  while (recording.seconds < SECONDS) {
    loudest = Math.max(loudest, recording.level);
    at("level").value = recording.level;
    await sleep(100);
  }
  const { camera, microphone } = recording.devices;
  await recording.stop();
  at("level").value = 0;
  if (media.kind === "video" && camera === "back") verdict("camera", true, texts.good_camera);
  if (microphone === "back") verdict("microphone", loudest > 0.01, texts[loudest > 0.01 ? "good_microphone" : "quiet_microphone"]);
  verdict("recording", null, texts.sending_clip);
  const began = Date.now();
  await Promise.race([desk.sent(group), sleep(60_000)]);
  const slow = Date.now() - began > 1000 * SECONDS;
  try {
    const answer = await fetch(`/c/check/${group}`, { method: "POST", headers: { "X-CSRFToken": ownToken(token) } });
    if (!answer.ok) throw new Error(String(answer.status));
    const clip = at("clip");
    URL.revokeObjectURL(clip.src);
    clip.src = URL.createObjectURL(await answer.blob());
    show(clip);
    await new Promise((good, bad) => { clip.onloadedmetadata = good; clip.onerror = bad; setTimeout(bad, 10_000); });
    verdict("recording", true, slow ? `${texts.good_recording} ${texts.slow}` : texts.good_recording);
  } catch { verdict("recording", false, texts.bad_recording); }
}

let context;
function tone() {
  context ||= new AudioContext();
  context.resume();
  const [sound, gain] = [context.createOscillator(), context.createGain()];
  sound.frequency.value = 440;
  gain.gain.setValueAtTime(0, context.currentTime);
  gain.gain.linearRampToValueAtTime(0.3, context.currentTime + 0.1);
  gain.gain.linearRampToValueAtTime(0, context.currentTime + 1.4);
  sound.connect(gain).connect(context.destination);
  sound.start(); sound.stop(context.currentTime + 1.5);
  for (const button of document.querySelectorAll("[data-heard]")) show(button);
}

at("tone").addEventListener("click", tone);
for (const button of document.querySelectorAll("[data-heard]")) button.addEventListener("click", () => verdict("speaker", Boolean(button.dataset.heard), texts[button.dataset.heard ? "good_speaker" : "bad_speaker"]));
at("begin").addEventListener("click", run);
at("again").addEventListener("click", run);
if (unable()) { at("unable").textContent = texts[unable()]; show(at("unable")); }
