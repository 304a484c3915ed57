// Recording, transcript, chapters and notes on one clock. Times of the page are those of the interview; each
// recording lies on it from its start_s on.
(() => {
  const page = document.getElementById("page-data");
  if (!page) return;
  const data = JSON.parse(page.textContent);
  const root = document.getElementById("review");
  const texts = JSON.parse(root.dataset.texts);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const places = [...document.querySelectorAll(".part")];
  const media = places.map((place) => place.querySelector("video, audio"));
  let current = 0;
  const clock = (s) => { const t = Math.max(0, Math.floor(s)); const h = Math.floor(t / 3600); const two = (n) => String(n).padStart(2, "0"); return (h ? `${h}:` : "") + `${two(Math.floor((t % 3600) / 60))}:${two(t % 60)}`; };
  // Answers in writing lie behind all recordings: their words can be shown, and nothing of them plays.
  const inWriting = (at) => data.written.some(([start, end]) => at >= start && at < end);
  const told = (at) => (inWriting(at) ? texts.written : clock(at));
  const now = () => (media.length ? data.parts[current].start_s + media[current].currentTime : 0);

  function open(index) {
    if (index === current) return;
    const playing = !media[current].paused;
    media[current].pause();
    media[index].playbackRate = media[current].playbackRate;
    places.forEach((place, i) => { place.hidden = i !== index; });
    current = index;
    if (playing) media[current].play();
  }
  function seek(at) {
    if (!media.length || inWriting(at)) { show(at); return; }
    let index = data.parts.findIndex((part, i) => at < part.start_s + part.duration_s || i === data.parts.length - 1);
    if (index < 0) index = 0;
    open(index);
    media[index].currentTime = Math.max(0, at - data.parts[index].start_s);
    show();
  }
  window.interviewPlayer = { seek, now, clock, playable: media.length > 0 };

  // The transcript
  const box = document.getElementById("transcript");
  const spans = [];
  for (const line of data.lines) {
    const p = document.createElement("p");
    p.className = line.other ? "line other" : "line";
    const at = document.createElement("span");
    at.className = "at";
    at.textContent = told(line.start_s);
    p.append(at);
    if (line.speaker) {
      const who = document.createElement("strong");
      who.className = "speaker";
      who.textContent = line.speaker;
      p.append(who, " ");
    }
    for (const [start, end, text] of line.words) {
      const span = document.createElement("span");
      span.className = "w";
      span.textContent = text;
      span.dataset.start = start;
      span.dataset.end = end;
      spans.push(span);
      p.append(span, line.space);
    }
    box.append(p);
  }
  document.getElementById("no-transcript").hidden = spans.length > 0;
  document.getElementById("pick-help").hidden = spans.length === 0;
  box.addEventListener("click", (event) => {
    const word = event.target.closest(".w");
    if (word && window.getSelection().isCollapsed) seek(Number(word.dataset.start));
  });
  const starts = spans.map((span) => Number(span.dataset.start));
  let marked = null;
  function show(at) {
    const t = typeof at === "number" ? at : now();
    if (media.length && !inWriting(t)) document.getElementById("clock").textContent = clock(t);
    document.dispatchEvent(new Event("player-time"));
    let low = 0; let high = starts.length;
    while (low < high) { const middle = (low + high) >> 1; if (starts[middle] <= t + 0.02) low = middle + 1; else high = middle; }
    const word = spans[low - 1] || null;
    if (word === marked) return;
    if (marked) { marked.classList.remove("now"); marked.removeAttribute("aria-current"); }
    marked = word;
    if (!word) return;
    word.classList.add("now");
    word.setAttribute("aria-current", "true");
    const inside = word.offsetTop - box.offsetTop;
    if (inside < box.scrollTop || inside > box.scrollTop + box.clientHeight - 40) box.scrollTop = inside - box.clientHeight / 3;
  }
  for (const item of media) {
    item.addEventListener("timeupdate", show);
    item.addEventListener("seeked", show);
    item.addEventListener("ended", () => { if (item === media[current] && current + 1 < media.length) { open(current + 1); media[current].currentTime = 0; media[current].play(); } });
  }

  // Search
  const find = document.getElementById("find");
  let hits = []; let next = 0;
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    hits = []; next = 0;
    spans.forEach((span) => span.classList.remove("hit"));
    if (wanted) {
      for (const line of box.querySelectorAll(".line")) {
        const words = [...line.querySelectorAll(".w")];
        let text = ""; const ends = [];
        const { space } = data.lines[[...box.children].indexOf(line)];
        for (const w of words) { const from = text.length; text += w.textContent.toLowerCase() + space; ends.push([from, text.length]); }
        for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
          const said = words.filter((_, i) => ends[i][1] > at && ends[i][0] < at + wanted.length);
          said.forEach((w) => w.classList.add("hit"));
          hits.push(said[0]);
        }
      }
      if (hits.length) box.scrollTop = hits[0].offsetTop - box.offsetTop - box.clientHeight / 3;
    }
    document.getElementById("found").textContent = wanted ? (hits.length ? String(hits.length) : texts.none) : "";
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !hits.length) return;
    seek(Number(hits[next].dataset.start));
    document.getElementById("found").textContent = `${next + 1} / ${hits.length}`;
    next = (next + 1) % hits.length;
  });

  // Chapters
  const chapters = document.getElementById("chapters");
  for (const chapter of data.chapters) {
    const li = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button"; button.className = "plain";
    button.textContent = `${told(chapter.start_s)} ${chapter.question || ""}`;
    button.dataset.at = chapter.start_s;
    li.append(button);
    chapters.querySelector("ol").append(li);
  }
  chapters.hidden = data.chapters.length === 0;
  // One click from what the report says to its seconds, and one back.
  const back = document.getElementById("back");
  let from = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-at]");
    if (!button) return;
    seek(Number(button.dataset.at));
    const plays = media.length && !inWriting(Number(button.dataset.at));
    const target = plays ? places[current] : box;
    const place = target.getBoundingClientRect();
    if (place.top < 0 || place.bottom > window.innerHeight) {
      if (button.closest(".report")) { from = button; back.hidden = false; }
      target.scrollIntoView({ block: "nearest" });
    }
    (plays ? media[current] : box).focus({ preventScroll: true });
  });
  back.addEventListener("click", () => { from.scrollIntoView({ block: "center" }); from.focus({ preventScroll: true }); back.hidden = true; });

  // Notes
  const list = document.getElementById("marks");
  const startOf = (recording) => (data.parts.find((part) => part.id === recording) || { start_s: 0 }).start_s;
  function addMark(mark) {
    const li = document.createElement("li");
    const jump = document.createElement("button"); jump.type = "button"; jump.className = "plain";
    const at = startOf(mark.recording) + mark.at_s;
    jump.textContent = clock(at); jump.dataset.at = at;
    const remove = document.createElement("button"); remove.type = "button"; remove.className = "plain"; remove.textContent = texts.remove;
    remove.addEventListener("click", async () => { const done = await fetch(`/marks/${mark.id}/remove`, { method: "POST", headers: { "X-CSRFToken": token } }); if (done.ok) li.remove(); });
    li.append(jump, ` ${mark.text} `, remove);
    list.append(li);
  }
  if (list) data.marks.forEach(addMark);
  const note = document.getElementById("note");
  if (note) note.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = document.getElementById("note-text");
    if (!input.value.trim()) return;
    const body = JSON.stringify({ recording: data.parts[current].id, at_s: media[current].currentTime, text: input.value });
    const fault = document.getElementById("note-fault");
    try {
      const answer = await fetch(note.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (answer.redirected || !answer.ok) throw new Error(answer.statusText);
      addMark(await answer.json()); input.value = ""; fault.textContent = "";
    } catch { fault.textContent = note.dataset.unsaved; }
  });

  // Controls and keys
  const speed = document.getElementById("speed");
  const rates = speed ? [...speed.options].map((option) => Number(option.value)) : [1];
  function setRate(step) {
    const next = rates[Math.min(rates.length - 1, Math.max(0, rates.indexOf(Number(speed.value)) + step))];
    speed.value = String(next); media.forEach((item) => { item.playbackRate = next; });
  }
  const actions = {
    toggle: () => (media[current].paused ? media[current].play() : media[current].pause()),
    back: () => seek(now() - 5),
    forward: () => seek(now() + 5),
    slower: () => setRate(-1),
    faster: () => setRate(1),
    note: () => document.getElementById("note-text").focus(),
  };
  if (speed) speed.addEventListener("change", () => media.forEach((item) => { item.playbackRate = Number(speed.value); }));
  const usual = { toggle: "Escape", back: "F1", forward: "F2", slower: "F3", faster: "F4", note: "Ctrl+J" };
  const stored = () => { try { return JSON.parse(localStorage.getItem("interview-keys") || "{}"); } catch { return {}; } };
  let keys = { ...usual, ...stored() };
  const fields = [...document.querySelectorAll("[data-key]")];
  const showKeys = () => fields.forEach((field) => { field.value = keys[field.dataset.key]; });
  const named = (event) => (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") + (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  for (const field of fields) field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key === "Tab" || ["Control", "Alt", "Shift", "Meta"].includes(event.key)) return;
    event.preventDefault(); event.stopPropagation();
    keys[field.dataset.key] = named(event);
    localStorage.setItem("interview-keys", JSON.stringify(keys));
    showKeys();
  });
  showKeys();
  document.addEventListener("keydown", (event) => {
    if (!media.length || event.isComposing) return; // Escape and others belong to the input method then
    const wanted = Object.keys(keys).find((key) => keys[key] === named(event));
    if (!wanted) return;
    event.preventDefault();
    actions[wanted]();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do], [data-open]");
    if (!button) return;
    if (button.dataset.open) open(Number(button.dataset.open));
    else if (button.dataset.do === "reset-keys") { keys = { ...usual }; localStorage.removeItem("interview-keys"); showKeys(); } else if (actions[button.dataset.do]) actions[button.dataset.do]();
  });
})();
