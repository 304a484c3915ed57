"use strict";
(() => {
  const PAGE = 100;
  const MARGIN = 1.96;  // standard errors
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const rows = data.rows.map((r, at) => ({
    at, interview: r[0], candidate: r[1], job: r[2], failed: r[3], partial: r[4], overall: r[5], dimensions: r[6],
    flags: r[7], spoken: r[8], length: r[9], report: r[10], stage: r[11], reason: r[12], learned: r[13],
    code: r[14],
    text: [r[0], r[1], r[12]].join("\n").toLowerCase(),
  }));
  // What the reader has chosen. It stands in the address, so that going back, reloading and a saved link keep it.
  const state = { lang: data.language, q: "", job: "", status: "", sort: "", desc: "", page: "1" };
  let collator, shown = [], columns = [];

  const text = (section, code) => {
    const known = data.texts[state.lang][section];
    return Object.hasOwn(known, code) ? known[code] : code;
  };
  const say = (code, values = {}) => text("batch", code).replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const make = (tag, content = "", css = "") => {
    const element = document.createElement(tag);
    element.textContent = content;
    if (css) element.className = css;
    return element;
  };
  const append = (parent, ...children) => { parent.append(...children); return parent; };

  // --- columns: what each shows, and what it sorts by (null: missing, always last)
  const scoreOf = (score) => (score && score[0] !== null ? score[0] : null);
  const scoreCell = (score, failed, withBar) => {
    const cell = make("td", "", "score");
    if (failed || !score) return cell;
    if (score[0] === null) return append(cell, make("span", say("not_scored", { reason: text("short_reasons", score[2]) }), "none"));
    append(cell, make("strong", score[0].toFixed(0)));
    if (score[1] !== null) append(cell, " ", make("span", `±${(MARGIN * score[1]).toFixed(0)}`, "pm"));
    if (withBar) append(cell, bar(score[0], MARGIN * (score[1] || 0)));
    return cell;
  };
  // A rating is on a scale of its own, often 1 to 7: with decimals, and with the error itself.
  const learnedCell = (score) => {
    const cell = make("td", "", "score");
    if (!score) return cell;
    if (score[0] === null) return append(cell, make("span", say("not_scored", { reason: text("short_reasons", score[2]) }), "none"));
    append(cell, make("strong", score[0].toFixed(2)));
    return score[1] === null ? cell : append(cell, " ", make("span", say("standard_error", { error: score[1].toFixed(2) }), "pm"));
  };
  const shape = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };
  const bar = (score, margin) => {
    const low = Math.max(0, score - margin), high = Math.min(100, score + margin);
    return append(shape("svg", { class: "bar", viewBox: "0 0 104 14", "aria-hidden": "true" }),
      shape("rect", { class: "track", x: 2, y: 5, width: 100, height: 4 }),
      shape("rect", { class: "ci", x: 2 + low, y: 3, width: Math.max(1, high - low), height: 8 }),
      shape("circle", { class: "dot", cx: 2 + score, cy: 7, r: 4 }));
  };
  const dimensionList = (row) => {
    const cell = make("td", "", "dims");
    if (row.failed || !row.dimensions.some(Boolean)) return cell;
    const list = make("ul");
    data.jobs[row.job].dimensions.forEach((dimension, i) => {
      const score = row.dimensions[i];
      if (!score) return;
      const value = score[0] === null ? text("short_reasons", score[2])
        : score[0].toFixed(0) + (score[1] === null ? "" : ` ±${(MARGIN * score[1]).toFixed(0)}`);
      append(list, append(make("li"), make("span", dimension[state.lang]), make("span", value, score[0] === null ? "none" : "")));
    });
    return append(cell, list);
  };
  const statusCell = (row) => {
    const cell = make("td", "", row.failed ? "why long" : "why");
    if (row.failed) {
      const kind = row.code ? [make("strong", text("failure_reasons", row.code)), " "] : [];
      append(cell, make("span", say("failed"), "failed-mark"), ` (${text("stages", row.stage)}) `, ...kind, make("bdi", row.reason));
    } else {
      append(cell, row.partial ? make("span", say("partial"), "badge-partial") : say("complete"));
    }
    return cell;
  };
  const candidateCell = (row) => {
    const cell = make("th", "", "who");
    cell.scope = "row";
    return append(cell, make("bdi", row.candidate), append(make("span", "", "id"), make("bdi", row.interview)));
  };
  const reportCell = (row) => {
    const cell = make("td", "", "short");
    if (!row.report) return cell;
    const link = make("a", say("open"));
    link.href = row.report;
    link.setAttribute("aria-label", `${say("open")}: ${row.candidate}`);
    return append(cell, link);
  };
  const notes = (row) => append(make("td", "", "notes"), ...(row.flags.length
    ? [append(make("ul"), ...row.flags.map((flag) => make("li", text("short_flags", flag))))] : []));
  const clock = (seconds) => {
    const s = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
    return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  const column = (id, head, by, cell) => ({ id, head, by, cell });
  const layout = () => {
    const fixed = [
      column("candidate", say("candidate"), (r) => r.candidate, candidateCell),
      column("job", say("job"), (r) => data.jobs[r.job][state.lang], (r) => make("td", data.jobs[r.job][state.lang])),
      column("overall", say("overall"), (r) => scoreOf(r.overall), (r) => scoreCell(r.overall, r.failed, true)),
    ];
    const job = data.jobs.length === 1 ? 0 : data.jobs.findIndex((known) => known.id === state.job);
    const dimensions = job < 0
      ? [column("dimensions", say("dimensions"), (r) => (r.failed ? null : r.dimensions.filter((s) => scoreOf(s) !== null).length), dimensionList)]
      : data.jobs[job].dimensions.map((dimension, i) => column(`dimension.${dimension.id}`, dimension[state.lang],
        (r) => scoreOf(r.dimensions[i]), (r) => scoreCell(r.dimensions[i], r.failed, false)));
    const learned = data.learned.map((target, i) => column(`learned.${target}`, say("learned", { target }),
      (r) => scoreOf(r.learned[i]), (r) => learnedCell(r.learned[i])));
    return [...fixed, ...learned, ...dimensions,
      column("status", say("status"), (r) => (r.failed ? 2 : r.partial ? 1 : 0), statusCell),
      column("flags", say("flags"), (r) => r.flags.length, notes),
      column("spoken", say("spoken"), (r) => (r.spoken ? text("languages", r.spoken) : null), (r) => make("td", r.spoken ? text("languages", r.spoken) : "", "short")),
      column("length", say("length"), (r) => r.length, (r) => make("td", r.length === null ? "" : clock(r.length), "n")),
      column("report", say("report"), (r) => r.report || null, reportCell),
    ];
  };

  // --- choosing, sorting and drawing
  const chosen = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = { failed: (r) => r.failed, partial: (r) => !r.failed && r.partial, complete: (r) => !r.failed && !r.partial }[state.status];
    return rows.filter((r) => (!state.job || data.jobs[r.job].id === state.job)
      && (!fits || fits(r)) && words.every((word) => r.text.includes(word)));
  };
  const sorted = (list) => {
    const by = columns.find((c) => c.id === state.sort)?.by;
    if (!by) return list;
    const turn = state.desc ? -1 : 1;
    const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));
    return list.map((row) => [by(row), row]).sort(([a, x], [b, y]) => {
      if (a === null || b === null) return (a === null) - (b === null) || x.at - y.at;
      return turn * compare(a, b) || x.at - y.at;
    }).map((pair) => pair[1]);
  };
  const drawRows = (list) => byId("body").replaceChildren(...list.map((row) => append(make("tr"), ...columns.map((c) => {
    const cell = c.cell(row);
    if (cell.tagName === "TD" && cell.hasChildNodes()) cell.dataset.label = c.head;
    return cell;
  }))));
  const drawHead = () => byId("head").replaceChildren(append(make("tr"), ...columns.map((c) => {
    const head = make("th"), button = make("button", c.head);
    head.scope = "col";
    button.type = "button";
    button.dataset.sort = c.id;
    if (c.id === state.sort) head.setAttribute("aria-sort", state.desc ? "descending" : "ascending");
    return append(head, button);
  })));
  const drawPage = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const page = Math.min(pages, Math.max(1, Math.floor(Number(state.page)) || 1));
    state.page = String(page);
    drawRows(shown.slice((page - 1) * PAGE, page * PAGE));
    byId("page").textContent = say("page", { page, pages });
    byId("pages").hidden = pages === 1;
    byId("previous").disabled = page === 1;
    byId("next").disabled = page === pages;
  };
  const draw = () => {
    columns = layout();
    shown = sorted(chosen());
    drawHead();
    drawPage();
    byId("found").textContent = say("found", { count: shown.length, total: rows.length });
    byId("hint").hidden = data.jobs.length === 1 || state.job !== "";
  };
  const option = (value, label) => {
    const element = make("option", label);
    element.value = value;
    element.selected = false;
    return element;
  };
  const translate = () => {
    collator = new Intl.Collator(state.lang === "zh" ? "zh-CN" : "en", { numeric: true });
    document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
    document.title = `${data.title} · ${say("title")}`;
    document.querySelectorAll("[data-en]").forEach((e) => { e.textContent = e.dataset[state.lang]; });
    document.querySelectorAll("[data-language]").forEach((b) => b.setAttribute("aria-pressed", b.dataset.language === state.lang));
    byId("job").replaceChildren(option("", say("all_jobs")), ...data.jobs.map((job) => option(job.id, job[state.lang])));
    byId("status").replaceChildren(option("", say("all_states")),
      ...["complete", "partial", "failed"].map((code) => option(code, say(code))));
    byId("job").value = state.job;
    byId("status").value = state.status;
  };
  const remember = () => {
    const kept = Object.entries(state).filter(([key, value]) => value && !(key === "page" && value === "1"));
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
  };
  const set = (changes) => {
    Object.assign(state, { page: "1" }, changes);
    if ("lang" in changes) translate();
    draw();
    remember();
  };
  const recall = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    Object.keys(state).forEach((key) => { if (asked.has(key)) state[key] = asked.get(key); });
    if (!Object.hasOwn(data.texts, state.lang)) state.lang = data.language;
    if (!["complete", "partial", "failed"].includes(state.status)) state.status = "";
    if (!data.jobs.some((job) => job.id === state.job)) state.job = "";
    byId("find").value = state.q;
    translate();
    draw();
  };

  byId("languages").addEventListener("click", (event) => {
    const lang = event.target.dataset.language;
    if (lang) set({ lang, page: state.page });
  });
  byId("head").addEventListener("click", (event) => {
    const sort = event.target.dataset.sort;
    if (!sort) return;
    if (state.sort !== sort) set({ sort, desc: "" });
    else if (!state.desc) set({ desc: "1" });
    else set({ sort: "", desc: "" });
    [...byId("head").querySelectorAll("button")].find((b) => b.dataset.sort === sort)?.focus();
  });
  byId("find").addEventListener("input", (event) => set({ q: event.target.value }));
  byId("job").addEventListener("change", (event) => set({ job: event.target.value }));
  byId("status").addEventListener("change", (event) => set({ status: event.target.value }));
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  const turn = (by) => { set({ page: String(Number(state.page) + by) }); byId("table").scrollIntoView(); };
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("show-failed")?.addEventListener("click", () => {
    set({ status: "failed", q: "", job: "" });
    byId("find").value = byId("job").value = "";
    byId("status").value = "failed";
    byId("table").scrollIntoView();
  });
  // A jump to a part of the page is no choice; anything else in the address is.
  window.addEventListener("hashchange", () => { if (location.hash.includes("=")) recall(); });
  // On paper all that was chosen, not one page of it.
  window.addEventListener("beforeprint", () => drawRows(shown));
  window.addEventListener("afterprint", drawPage);

  recall();
  ["languages", "controls", "scroll", "show-failed"].forEach((id) => { if (byId(id)) byId(id).hidden = false; });
})();
