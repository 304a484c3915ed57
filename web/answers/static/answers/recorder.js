// Records camera and microphone so that nothing is lost: each second is written to the browser's own storage, then sent,
// and acknowledged by its hash. Whatever was not sent when the tab, the network or the server died is sent later.
//
//   import { openDesk, getMedia, explain } from "./recorder.js";
//   const desk = await openDesk({ name: "<key of the invitation>", url: "/c/streams", token: csrf, on: (event) => {} });
//   if (desk.elsewhere) …            // another tab has it; `await desk.take()` goes on here, the other tab is told
//   const media = await getMedia({ video: true });   // { stream, kind: "video" | "audio", faults: [{ device, reason }] }
//   const recording = desk.record(media.stream, { purpose: "answer", group: "<uuid>", kind: media.kind });  // throws where the recorder does not start
//   recording.level, recording.seconds  // 0…1 of the microphone now; how long it has been recording
//   await recording.stop();             // everything is in the browser's storage
//   await desk.sent(group);             // everything is on the server
//   desk.sendFile(file, { purpose, group });  // instead of recording
//   desk.waiting                        // chunks that the server has not acknowledged
//   await desk.close();
//
// A group is one take, clip or practice answer; each call of record() begins a stream of its own in it, as after a killed
// tab. `purpose` is one that a room registered in streams.py.
//
// Events, by `type`:
//   queue     { waiting, state: "sending" | "idle" | "offline" | "full" | "refused" }
//   storage   { state: "memory" | "full" | "little" }  the browser keeps nothing, or no more; sending goes on
//   stopped   { recording, device }    the recorder ended by itself: the device is gone
//   device    { recording, device: "camera" | "microphone", state: "gone" | "muted" | "silent" | "frozen" | "back" }
//   pause     { recording, lost_s }    the machine slept, or the browser stood still
//   taken     another tab goes on; this one records and sends no more
//   late      { group }                the server had closed the take before this part of it came
//
// Addresses: POST <url> { key, group, purpose, kind, mime, age_s }; GET <url>/<key>; PUT <url>/<key>/chunks/<n> with the
// SHA-256 in X-SHA256, answered with the hash of what is on the server's disk; POST <url>/<key>/end { count, sha256, pauses },
// where sha256 is that of all chunks' hashes in hex, one after the other.

const SLICE_MS = 1000;
const PIECE_BYTES = 2 ** 20; // what the server takes at once
const MAX_CHUNKS = 7200; // then another stream is begun
const LATE_MS = 4000; // a recorder that gives nothing for so long ignores the timeslice
const ROTATE_MS = 5000; // such a one is stopped and started again, so that no more than this can be lost
const DEAD_MS = 5000; // sound or picture that does not change for so long
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000, 30000];
const REFUSED_MS = 30_000; // until what the server refused is tried again
const AT_ONCE = 4;
const VIDEO = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm", "video/mp4"];
const AUDIO = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"];

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const sha256Of = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
/** The token as the cookie has it now: signing in, in another tab, makes a new one. */
export const ownToken = (token) => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || token;
const within = (ms, work) => Promise.race([work, sleep(ms)]);

/** Why nothing can be recorded here at all: "" | "insecure" | "old". */
export function unable() {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder || !window.crypto?.subtle) return "old";
  return "";
}

/** The code of what getUserMedia refused with: refused, none, held, insecure, old or other. */
export function explain(error) {
  if (unable()) return unable();
  switch (error?.name) {
    case "NotAllowedError": case "SecurityError": case "PermissionDeniedError": return "refused";
    case "NotFoundError": case "DevicesNotFoundError": case "OverconstrainedError": return "none";
    case "NotReadableError": case "TrackStartError": case "AbortError": return "held";
    default: return "other";
  }
}

/** Camera and microphone; the microphone alone where there is no camera. Throws { reason } where there is no microphone. */
export async function getMedia({ video = true } = {}) {
  if (unable()) throw Object.assign(new Error(unable()), { reason: unable() });
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const picture = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 25, max: 30 }, facingMode: "user" };
  const faults = [];
  if (video) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia({ video: picture, audio: sound }), kind: "video", faults };
    } catch (error) { faults.push({ device: "camera", reason: explain(error) }); }
  }
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ audio: sound }), kind: "audio", faults };
  } catch (error) { throw Object.assign(new Error(error.message), { reason: explain(error), faults }); }
}

/** What this browser writes best. Safari says that it writes WebM, and then cannot play it. */
export function mimeOf(kind) {
  const agent = navigator.userAgent;
  const safari = /AppleWebKit/.test(agent) && !/Chrom(e|ium)|Android/.test(agent);
  const known = kind === "video" ? VIDEO : AUDIO;
  const wanted = safari ? [...known].reverse() : known;
  return wanted.find((mime) => MediaRecorder.isTypeSupported(mime)) || "";
}

// --- The browser's own storage -------------------------------------------------------------------------------------

const done = (request) => new Promise((good, bad) => { request.onsuccess = () => good(request.result); request.onerror = () => bad(request.error); });

/** Streams and chunks in IndexedDB; in memory where there is none, and what does not fit any more. */
class Store {
  static async open(name, full) {
    const store = new Store();
    store.full = full;
    store.memory = new Map();
    try {
      const request = indexedDB.open(`answers-${name}`, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("streams", { keyPath: "key" });
        request.result.createObjectStore("chunks", { keyPath: ["stream", "number"] });
      };
      store.db = await Promise.race([done(request), sleep(5000).then(() => { throw new Error("storage does not answer"); })]);
      store.db.onversionchange = () => store.db.close();
    } catch { store.db = null; }
    return store;
  }

  /** One row after the other, so that a long answer is never in memory at once. What `change` gives is put in its place. */
  async #each(table, change) {
    const transaction = this.db.transaction(table, "readwrite");
    const finished = new Promise((good, bad) => { transaction.oncomplete = good; transaction.onabort = () => bad(transaction.error); });
    transaction.objectStore(table).openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      const changed = change(cursor.value);
      if (changed) cursor.update(changed);
      cursor.continue();
    };
    await finished;
  }

  async #put(table, row) {
    const transaction = this.db.transaction(table, "readwrite");
    const finished = new Promise((good, bad) => { transaction.oncomplete = good; transaction.onabort = () => bad(transaction.error); });
    transaction.objectStore(table).put(row);
    await finished;
  }

  async keep(table, id, row) {
    if (this.db) {
      try { await this.#put(table, row); this.memory.delete(id); return; } catch (error) {
        if (error?.name === "QuotaExceededError" && await this.#forgetSent()) {
          try { await this.#put(table, row); this.memory.delete(id); return; } catch { /* below */ }
        }
        this.full();
        if (row.data) await this.#put(table, { ...row, data: null }).catch(() => {}); // after a reload it is known that there was more
      }
    }
    this.memory.set(id, { table, row });
  }

  /** What the server has is not needed any more: true where that made room. */
  async #forgetSent() {
    let freed = 0;
    await this.#each("chunks", (row) => { if (!row.sent || !row.data) return null; freed += 1; return { ...row, data: null }; });
    return freed > 0;
  }

  /** All rows, without the recorded data. */
  async all(table) {
    const rows = [];
    if (this.db) await this.#each(table, ({ data, ...row }) => { rows.push(row); });
    return rows;
  }

  async chunk(stream, number) {
    return this.memory.get(`${stream}/${number}`)?.row ?? (this.db ? done(this.db.transaction("chunks").objectStore("chunks").get([stream, number])) : undefined);
  }

  async drop(stream) {
    for (const id of [...this.memory.keys()]) if (id.startsWith(stream)) this.memory.delete(id);
    if (!this.db) return;
    const transaction = this.db.transaction(["streams", "chunks"], "readwrite");
    transaction.objectStore("streams").delete(stream);
    transaction.objectStore("chunks").delete(IDBKeyRange.bound([stream, 0], [stream, Infinity]));
    await new Promise((good) => { transaction.oncomplete = good; transaction.onabort = good; });
  }
}

// --- One recorder ---------------------------------------------------------------------------------------------------

class Recording {
  #desk; #media; #recorder; #about; #stream = null; #chain = Promise.resolve(); #begun = Date.now(); #came = Date.now();
  #rotates = false; #ended = false; #watch; #context; #analyser; #samples; #states = {}; #video; #canvas; #pixels = ""; #pauses = [];
  #quiet = Date.now(); #still = Date.now(); #tick = Date.now(); #turn = 0;

  constructor(desk, media, about) {
    this.#desk = desk; this.#media = media; this.#about = about;
    this.group = about.group;
    this.#start();
    this.#listen();
    this.#watch = setInterval(() => this.#look(), 500);
    for (const track of media.getTracks()) {
      const device = track.kind === "video" ? "camera" : "microphone";
      track.addEventListener("ended", () => this.#say(device, "gone"));
      track.addEventListener("mute", () => this.#say(device, "muted"));
      track.addEventListener("unmute", () => this.#say(device, "back"));
    }
  }

  #power() {
    if (!this.#analyser || this.#ended) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
  }

  get level() { return Math.min(1, Math.sqrt(this.#power()) * 4); }

  /** "back" where all is well, see the events. */
  get devices() { return { camera: this.#states.camera || "back", microphone: this.#states.microphone || "back" }; }

  get seconds() { return (Date.now() - this.#begun) / 1000; }

  #start() {
    const mime = mimeOf(this.#about.kind);
    const recorder = new MediaRecorder(this.#media, { mimeType: mime, videoBitsPerSecond: 600_000, audioBitsPerSecond: 48_000 });
    recorder.start(SLICE_MS); // throws where it cannot; nothing is begun then
    const stream = this.#desk.newStream({ ...this.#about, mime: recorder.mimeType || mime });
    stream.pauses = this.#pauses;
    this.#recorder = recorder; this.#stream = stream; this.#came = Date.now(); this.#turn = Date.now();
    recorder.onstart = () => { stream.begun = Date.now(); };
    recorder.ondataavailable = (event) => {
      this.#came = Date.now();
      if (event.data.size) this.#chain = this.#chain.then(() => this.#desk.keep(stream, event.data));
    };
    recorder.onstop = () => {
      this.#chain = this.#chain.then(() => this.#desk.end(stream));
      if (this.#ended || this.#recorder !== recorder) return;
      this.#finish();
      this.#desk.tell({ type: "stopped", recording: this, device: this.#about.kind === "video" ? "camera" : "microphone" });
    };
    recorder.onerror = () => { if (recorder.state !== "inactive") recorder.stop(); };
  }

  /** Another stream in the place of this one, without a new permission. */
  #rotate() {
    const before = this.#recorder;
    this.#pauses = [];
    this.#start();
    if (before.state !== "inactive") before.stop();
  }

  #say(device, state) {
    if ((this.#states[device] || "back") === state || this.#ended) return;
    this.#states[device] = state;
    this.#desk.tell({ type: "device", recording: this, device, state });
  }

  #listen() {
    if (!this.#media.getAudioTracks().length) return;
    try {
      this.#context = new AudioContext();
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.fftSize = 2048;
      this.#samples = new Float32Array(2048);
      this.#context.createMediaStreamSource(this.#media).connect(this.#analyser);
    } catch { this.#analyser = null; }
    if (this.#media.getVideoTracks().length) {
      this.#video = document.createElement("video");
      this.#video.muted = true; this.#video.playsInline = true; this.#video.srcObject = this.#media;
      this.#video.play().catch(() => {});
      this.#canvas = document.createElement("canvas");
      this.#canvas.width = 64; this.#canvas.height = 48;
    }
  }

  #look() {
    const now = Date.now();
    if (now - this.#tick > 3000 && now - this.#came > 3000) {
      const lost_s = (now - this.#tick - 500) / 1000;
      this.#pauses.push([Math.max(0, (this.#tick - this.#stream.begun) / 1000), lost_s]);
      this.#desk.tell({ type: "pause", recording: this, lost_s });
      this.#quiet = this.#still = this.#came = now;
    }
    this.#tick = now;
    if (this.#analyser && this.#context.state === "running") {
      if (this.#power() > 0) { this.#quiet = now; if (this.#states.microphone === "silent") this.#say("microphone", "back"); }
      else if (now - this.#quiet > DEAD_MS) this.#say("microphone", "silent");
    } else this.#quiet = now;
    if (this.#video?.readyState >= 2 && document.visibilityState === "visible") {
      const drawn = this.#canvas.getContext("2d", { willReadFrequently: true });
      drawn.drawImage(this.#video, 0, 0, 64, 48);
      const pixels = drawn.getImageData(0, 0, 64, 48).data.join();
      if (pixels !== this.#pixels) { this.#still = now; if (this.#states.camera === "frozen") this.#say("camera", "back"); }
      else if (now - this.#still > DEAD_MS) this.#say("camera", "frozen");
      this.#pixels = pixels;
    } else this.#still = now;
    if (this.#recorder.state !== "recording") return;
    if (this.#stream.count >= MAX_CHUNKS) this.#rotate();
    else if (this.#rotates) { if (now - this.#turn > ROTATE_MS) this.#rotate(); }
    else if (now - this.#came > LATE_MS) {
      this.#rotates = true;
      this.#rotate();
    } else if (now - this.#came > 2 * SLICE_MS) this.#recorder.requestData();
  }

  /** Resolves once everything is in the browser's storage. The devices stay open; stop their tracks if they are not needed. */
  async stop() {
    if (!this.#ended) {
      const stopped = this.#recorder.state === "inactive" ? null : new Promise((good) => this.#recorder.addEventListener("stop", good));
      this.#ended = true;
      if (stopped) { this.#recorder.stop(); await within(5000, stopped); }
      this.#finish();
    }
    await this.#chain;
  }

  #finish() {
    this.#ended = true;
    clearInterval(this.#watch);
    this.#context?.close().catch(() => {});
    if (this.#video) this.#video.srcObject = null;
  }
}

// --- The queue ------------------------------------------------------------------------------------------------------

class Desk {
  #store; #url; #token; #on; #name; #streams = new Map(); #recordings = new Set(); #wake = () => {}; #retry = () => {}; #running = false; #closed = false;
  #release = () => {}; #state = "idle"; #full = false;

  constructor({ name, url, token, on }) {
    this.#name = name; this.#url = url; this.#token = token; this.#on = on;
    this.elsewhere = false;
    window.addEventListener("online", () => this.#retry());
  }

  tell(event) { this.#on(event); }

  get waiting() {
    let count = 0;
    for (const stream of this.#streams.values()) count += stream.count - stream.sent.size;
    return count;
  }

  /** Whether the server has everything of a group, or of all. */
  done(group) { return ![...this.#streams.values()].some((stream) => !group || stream.group === group); }

  async sent(group) { while (!this.#closed && !this.done(group)) await sleep(100); }

  async open({ steal = false } = {}) {
    if (!await this.#lock(steal)) { this.elsewhere = true; return this; }
    this.elsewhere = false;
    if (steal) await sleep(1500); // the other tab writes its last second
    this.#closed = false;
    this.#store = await Store.open(this.#name, () => { if (!this.#full) this.tell({ type: "storage", state: "full" }); this.#full = true; });
    if (!this.#store.db) this.tell({ type: "storage", state: "memory" });
    else this.#room();
    const chunks = await this.#store.all("chunks");
    for (const row of await this.#store.all("streams")) {
      const own = chunks.filter((chunk) => chunk.stream === row.key).sort((a, b) => a.number - b.number);
      // Without an end the tab was killed: what is here is all of it.
      const stream = { ...row, count: own.length, hashes: own.map((chunk) => chunk.sha256), sent: new Set(own.filter((chunk) => chunk.sent).map((chunk) => chunk.number)), over: true };
      if (own.length) this.#streams.set(row.key, stream); else await this.#store.drop(row.key);
    }
    this.#run();
    return this;
  }

  take() { return this.open({ steal: true }); }

  async #room() {
    try {
      const { quota, usage } = await navigator.storage.estimate();
      if (quota - usage < 300 * 2 ** 20) this.tell({ type: "storage", state: "little" });
    } catch { /* not told */ }
  }

  #lock(steal) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((answer) => {
      const options = steal ? { steal: true } : { ifAvailable: true };
      navigator.locks.request(`answers-${this.#name}`, options, (lock) => {
        if (!lock) { answer(false); return undefined; }
        answer(true);
        return new Promise((release) => { this.#release = release; });
      }).catch(() => this.#lost());
    });
  }

  /** Another tab took over: write the last second for it, and stop. */
  async #lost() {
    this.elsewhere = true;
    const stopping = [...this.#recordings].map((recording) => recording.stop());
    this.tell({ type: "taken" });
    await Promise.all(stopping);
    this.#closed = true;
    this.#streams.clear();
    this.#wake();
    this.#retry();
  }

  // Recording

  record(media, about) {
    const recording = new Recording(this, media, about);
    this.#recordings.add(recording);
    return recording;
  }

  newStream({ purpose, group, kind, mime }) {
    const stream = { key: crypto.randomUUID(), purpose, group, kind, mime, begun: Date.now(), pauses: [], count: 0, hashes: [], sent: new Set(), over: false, stored: false, known: false };
    this.#streams.set(stream.key, stream);
    return stream;
  }

  #row({ key, purpose, group, kind, mime, begun, pauses, known }) { return { key, purpose, group, kind, mime, begun, pauses, known }; }

  async keep(stream, blob) {
    for (let at = 0; at < blob.size; at += PIECE_BYTES) {
      const data = await blob.slice(at, at + PIECE_BYTES).arrayBuffer();
      const sha256 = await sha256Of(data);
      if (!stream.stored) { await this.#store.keep("streams", stream.key, this.#row(stream)); stream.stored = true; }
      const number = stream.count;
      await this.#store.keep("chunks", `${stream.key}/${number}`, { stream: stream.key, number, sha256, data, sent: false });
      stream.hashes.push(sha256);
      stream.count += 1;
      this.#wake();
    }
  }

  async end(stream) {
    stream.over = true;
    if (!stream.count) this.#streams.delete(stream.key);
    else await this.#store.keep("streams", stream.key, this.#row(stream));
    this.#wake();
  }

  async sendFile(file, { purpose, group }) {
    const stream = this.newStream({ purpose, group, kind: "file", mime: file.type });
    await this.keep(stream, file);
    await this.end(stream);
  }

  // Sending

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let failed = 0;
    while (!this.#closed) {
      const open = [...this.#streams.values()].filter((one) => one.count > one.sent.size || (one.over && one.count));
      const stream = open.find((one) => !(one.refused > Date.now() - REFUSED_MS));
      if (!stream) {
        this.#report(open.length ? "refused" : "idle");
        const woken = new Promise((wake) => { this.#wake = wake; });
        await (open.length ? within(1000, woken) : woken);
        continue;
      }
      try {
        await this.#step(stream);
        failed = 0;
        this.#report("sending");
      } catch (error) {
        if (error.state === "refused") { stream.refused = Date.now(); continue; }
        this.#report(error.state || "offline");
        const pause = PAUSES_MS[Math.min(failed, PAUSES_MS.length - 1)];
        failed += 1;
        await within(pause, new Promise((retry) => { this.#retry = retry; }));
      }
    }
    this.#running = false;
  }

  #report(state) {
    const changed = state !== this.#state;
    this.#state = state;
    if (changed || state === "sending") this.tell({ type: "queue", waiting: this.waiting, state });
  }

  /** The next thing that the server has to know of a stream: that it is there, some of its chunks, that it ended. */
  async #step(stream) {
    if (!stream.known) {
      const { key, group, purpose, kind, mime, begun } = stream;
      await this.#ask(stream, this.#url, "POST", JSON.stringify({ key, group, purpose, kind, mime, age_s: (Date.now() - begun) / 1000 }));
      if (!this.#streams.has(stream.key)) return;
      stream.known = true;
      if (stream.stored || stream.over) await this.#store.keep("streams", key, this.#row(stream));
    }
    const numbers = [];
    for (let number = 0; number < stream.count && numbers.length < AT_ONCE; number += 1) if (!stream.sent.has(number)) numbers.push(number);
    if (numbers.length) {
      const tried = await Promise.allSettled(numbers.map((number) => this.#send(stream, number)));
      const failed = tried.find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
      return;
    }
    if (!stream.over) return;
    const answer = await this.#ask(stream, `${this.#url}/${stream.key}/end`, "POST", JSON.stringify({ count: stream.count, sha256: await sha256Of(new TextEncoder().encode(stream.hashes.join(""))), pauses: stream.pauses }));
    if (!this.#streams.has(stream.key)) return;
    if (answer.missing.length) {
      for (const number of answer.missing) {
        if ((await this.#store.chunk(stream.key, number))?.data) stream.sent.delete(number);
      }
      if (stream.sent.size < stream.count) return;
    }
    await this.#forget(stream);
  }

  async #send(stream, number) {
    const row = await this.#store.chunk(stream.key, number);
    if (!row?.data) { stream.sent.add(number); return; }
    const answer = await this.#ask(stream, `${this.#url}/${stream.key}/chunks/${number}`, "PUT", row.data, { "X-SHA256": row.sha256 });
    if (!this.#streams.has(stream.key)) return;
    if (answer.sha256 !== row.sha256) throw Object.assign(new Error("not what was sent"), { state: "sending" });
    stream.sent.add(number);
    await this.#store.keep("chunks", `${stream.key}/${number}`, { ...row, sent: true });
  }

  async #forget(stream) { this.#streams.delete(stream.key); await this.#store.drop(stream.key); }

  async #ask(stream, url, method, body, headers = {}) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), 60_000);
    try {
      const answer = await fetch(url, { method, body, headers: { "X-CSRFToken": ownToken(this.#token), ...headers }, signal: control.signal, redirect: "manual" });
      const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) return told;
      if (answer.status === 410 || answer.status === 409) { // closed without it, or another content is there: nothing helps
        await this.#forget(stream);
        this.tell({ type: "late", group: stream.group });
        return told;
      }
      if (told.code === "end") { // the server has more than a full browser could keep: it goes by what it has
        await this.#forget(stream);
        return told;
      }
      if (told.code === "stream") stream.known = false; // the server is an older copy of itself: tell it again
      const state = answer.status === 507 ? "full" : answer.status >= 500 || told.code === "damaged" ? "offline" : "refused";
      throw Object.assign(new Error(told.error || String(answer.status)), { state, code: told.code });
    } finally { clearTimeout(timer); }
  }

  /** Go, and leave what is not sent for the next time. */
  async close() {
    await Promise.all([...this.#recordings].map((recording) => recording.stop()));
    this.#closed = true;
    this.#wake();
    this.#retry();
    this.#release();
    this.#store?.db?.close();
  }
}

/** The desk of an invitation; `elsewhere` is true where another tab has it. */
export async function openDesk(options) {
  return new Desk({ on: () => {}, url: "/c/streams", ...options }).open();
}
