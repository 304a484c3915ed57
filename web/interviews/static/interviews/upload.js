// Sends files in numbered chunks, each with its hash. After a break the same file goes on where it was:
// the server says which chunks it has.
(() => {
  const zone = document.getElementById("drop");
  if (!zone) return;
  const input = zone.querySelector("input[type=file]");
  const list = document.getElementById("uploads");
  const texts = zone.dataset;
  const targets = texts.targets ? JSON.parse(document.getElementById(texts.targets).textContent) : null; // by the file's name, of a list
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const pauses = [1, 2, 5, 10, 20, 30];
  const AGAIN = ["chunk_damaged", "missing"]; // refusals that sending once more may heal
  const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");

  async function ask(url, options = {}) {
    const answer = await fetch(url, { ...options, headers: { "X-CSRFToken": token, ...options.headers } });
    if (answer.redirected || answer.status === 403) throw Object.assign(new Error(texts.signedOut), { final: true });
    if (answer.ok) return answer.status === 204 ? {} : answer.json();
    const told = await answer.json().catch(() => ({})); // an error page of a proxy or of the application is no JSON
    const passes = answer.status >= 500 || [408, 429].includes(answer.status) || AGAIN.includes(told.code);
    throw Object.assign(new Error(told.error || `${texts.refused} (${answer.status})`), { final: !passes });
  }

  async function patiently(work, show) {
    for (let attempt = 0; ; attempt += 1) {
      try { return await work(); } catch (error) {
        if (error.final || attempt >= 100) throw error;
        show(texts.waiting);
        await sleep(pauses[Math.min(attempt, pauses.length - 1)]);
      }
    }
  }

  async function send(file) {
    const row = document.createElement("li");
    const name = document.createElement("strong");
    const bar = document.createElement("progress");
    const state = document.createElement("span");
    name.textContent = file.name;
    bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", file.name);
    state.setAttribute("role", "status");
    row.append(name, bar, state);
    list.append(row);
    const show = (text) => { state.textContent = text; };
    try {
      const url = targets ? targets[file.name.normalize("NFC")] : texts.url;
      if (!url) throw new Error(texts.unknown);
      const begun = await patiently(() => ask(url, { method: "POST", body: JSON.stringify({ name: file.name, size: file.size }) }), show);
      let missing = begun.missing;
      while (missing.length) {
        for (const number of missing) {
          const chunk = await file.slice(number * begun.chunk_bytes, (number + 1) * begun.chunk_bytes).arrayBuffer();
          const sha256 = hex(await crypto.subtle.digest("SHA-256", chunk));
          await patiently(() => ask(`${begun.url}chunks/${number}`, { method: "PUT", body: chunk, headers: { "X-SHA256": sha256 } }), show);
          bar.value = Math.max(bar.value, (number + 1) / begun.chunks);
          show(`${Math.round(bar.value * 100)} %`);
        }
        missing = (await patiently(() => ask(begun.url), show)).missing;
      }
      bar.value = 1; show(texts.checking);
      await patiently(() => ask(`${begun.url}finish`, { method: "POST" }), show);
      show(texts.done);
      return true;
    } catch (error) {
      row.classList.add("errors");
      show(error.message);
      return false;
    }
  }

  let busy = 0;
  async function take(files) {
    busy += 1;
    let good = true;
    for (const file of files) good = (await send(file)) && good;
    busy -= 1;
    if (good && !busy && !targets) window.location.reload();
  }
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  function takeChosen() {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again, and a reload restores none
    if (files.length) take(files);
  }
  input.addEventListener("change", takeChosen);
  takeChosen(); // what was chosen before this script had come
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); take([...event.dataTransfer.files]); });
})();
