"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const print = byId("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());

  // On paper everything is open; afterwards it is as the reader had left it.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((d) => { d.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((d) => { d.open = false; }));

  const search = byId("search");
  if (search) {
    const rows = [...document.querySelectorAll(".rows > li")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const found = byId("found");
    const show = () => {
      const wanted = byId("find").value.trim().toLowerCase();
      let count = 0;
      rows.forEach((row, i) => {
        const hit = !wanted || texts[i].includes(wanted);
        row.hidden = !hit;
        count += hit ? 1 : 0;
      });
      found.textContent = wanted ? found.dataset.text.replace("#", count) : "";
    };
    byId("find").addEventListener("input", show);
    search.hidden = false;
    // A hidden row cannot be jumped to: a jump ends the search.
    document.addEventListener("click", (event) => {
      if (event.target.closest('a[href^="#t"]')) { byId("find").value = ""; show(); }
    });
  }

  // After a jump from evidence to the transcript or back, one link leads to where the reader came from.
  const back = byId("back");
  let from = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.time, a.tag, svg a");
    if (link) { from = window.scrollY; back.hidden = false; }
  });
  back.addEventListener("click", (event) => {
    event.preventDefault();
    if (from !== null) window.scrollTo({ top: from });
    back.hidden = true;
  });
})();
