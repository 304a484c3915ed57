// The scorecard: saved a second after each change, kept in this browser while the server is away, locked once submitted.
(() => {
  const root = document.getElementById("scorecard");
  if (!root) return;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const saved = document.getElementById("saved");
  const fault = document.getElementById("fault");
  const key = `scorecard:${root.dataset.url}`;
  const boxes = [...root.querySelectorAll("[data-dimension]")];
  const quotesOf = new Map(boxes.map((box) => [box, JSON.parse(box.querySelector("[data-quotes]").dataset.quotes)]));

  function showQuotes(box) {
    const list = box.querySelector("[data-quotes]");
    list.replaceChildren();
    quotesOf.get(box).forEach((quote, index) => {
      const li = document.createElement("li");
      const at = document.createElement("button"); at.type = "button"; at.className = "plain"; at.dataset.at = quote.start_s; at.textContent = window.interviewPlayer.clock(quote.start_s);
      const text = document.createElement("q"); text.textContent = quote.text;
      const remove = document.createElement("button"); remove.type = "button"; remove.className = "plain"; remove.textContent = "×"; remove.setAttribute("aria-label", JSON.parse(document.getElementById("review").dataset.texts).remove);
      remove.addEventListener("click", () => { quotesOf.get(box).splice(index, 1); showQuotes(box); changed(); });
      li.append(at, " ", text, " ", remove);
      list.append(li);
    });
  }
  boxes.forEach(showQuotes);

  function content() {
    const ratings = {};
    for (const box of boxes) {
      const level = box.querySelector("input[type=radio]:checked");
      ratings[box.dataset.dimension] = {
        level: level && level.value !== "none" ? Number(level.value) : null,
        observed: !(level && level.value === "none"),
        note: box.querySelector("textarea").value,
        quotes: quotesOf.get(box),
      };
    }
    return { remark: document.getElementById("remark").value, ratings };
  }
  function take(draft) {
    document.getElementById("remark").value = draft.remark || "";
    for (const box of boxes) {
      const rating = draft.ratings[box.dataset.dimension];
      if (!rating) continue;
      const value = rating.observed === false ? "none" : rating.level;
      const radio = box.querySelector(`input[value="${value}"]`);
      if (radio) radio.checked = true;
      box.querySelector("textarea").value = rating.note || "";
      quotesOf.set(box, rating.quotes || []);
      showQuotes(box);
    }
  }

  let timer = 0; let saving = Promise.resolve(true);
  async function save() {
    const draft = content();
    localStorage.setItem(key, JSON.stringify(draft));
    try {
      const answer = await fetch(root.dataset.url, { method: "PUT", body: JSON.stringify(draft), headers: { "X-CSRFToken": token } });
      if (answer.redirected) throw new Error(root.dataset.unsaved);
      const body = await answer.json();
      if (!answer.ok) { fault.textContent = body.error; return false; }
      fault.textContent = "";
      saved.textContent = `${root.dataset.saved} ${body.saved}`;
      localStorage.removeItem(key);
      return true;
    } catch {
      saved.textContent = root.dataset.unsaved;
      timer = setTimeout(changed, 5000);
      return false;
    }
  }
  function changed() { clearTimeout(timer); timer = setTimeout(() => { saving = saving.then(save, save); }, 700); }

  if (root.dataset.locked) localStorage.removeItem(key);
  else {
    const left = localStorage.getItem(key);
    if (left) { take(JSON.parse(left)); changed(); }
    root.addEventListener("input", changed);
    root.addEventListener("change", changed);
    window.addEventListener("beforeunload", () => { if (localStorage.getItem(key)) save(); });
  }

  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "quote") {
      const range = window.getSelection();
      const words = [...document.querySelectorAll("#transcript .w")].filter((word) => range.containsNode(word, true));
      if (!words.length) return;
      const box = button.closest("[data-dimension]");
      quotesOf.get(box).push({ start_s: Number(words[0].dataset.start), end_s: Number(words[words.length - 1].dataset.end), text: range.toString().trim() });
      showQuotes(box); changed();
    }
    if (button.dataset.do === "submit") {
      clearTimeout(timer);
      const open = boxes.filter((box) => !box.querySelector("input[type=radio]:checked"));
      if (open.length) {
        fault.textContent = `${root.dataset.unrated} ${open.map((box) => box.querySelector("legend strong").textContent).join(", ")}`;
        open[0].querySelector("input[type=radio]").focus();
        return;
      }
      saving = saving.then(save, save);
      if (!(await saving) || !window.confirm(root.dataset.confirmText)) return;
      const answer = await fetch(root.dataset.submit, { method: "POST", headers: { "X-CSRFToken": token } });
      if (answer.ok) { localStorage.removeItem(key); window.location.reload(); } else fault.textContent = (await answer.json()).error;
    }
  });
})();
