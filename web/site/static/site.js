// What every page shares: a form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  const slow = form.querySelector("[data-busy]");  // what takes a while says so
  if (slow) { slow.dataset.usual = slow.textContent; slow.textContent = slow.dataset.busy; slow.setAttribute("aria-live", "polite"); }
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("[data-usual]").forEach((slow) => { slow.textContent = slow.dataset.usual; });
});
document.querySelectorAll("input[data-zone]").forEach((input) => { input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || ""; });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// What was typed into a form survives the end of a session: the page to sign in keeps it, the form takes it back.
(() => {
  const KEPT = "form-kept"; const SIGNED_OUT = "form-signed-out";
  // Hidden fields say which version was edited, so that somebody else's is not written over.
  const fields = (form) => [...form.elements].filter((e) => e.name && e.name !== "csrfmiddlewaretoken" && !["password", "file", "submit", "button"].includes(e.type) && e.tagName !== "BUTTON");
  const formAt = (kept) => document.querySelectorAll("main form[method=post]")[kept.form];
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  const refused = document.getElementById("form-refused");
  if (window.location.pathname.startsWith("/account/") || refused) {
    if (kept) sessionStorage.setItem(SIGNED_OUT, "1");
    if (kept && refused) refused.href = kept.path;
    return;
  }
  if (kept && sessionStorage.getItem(SIGNED_OUT) && kept.path === window.location.pathname && formAt(kept)) {
    for (const [index, field] of fields(formAt(kept)).entries()) {
      const [name, value, checked] = kept.fields[index] || [];
      if (name !== field.name) continue;
      if (["checkbox", "radio"].includes(field.type)) field.checked = checked; else field.value = value;
    }
  }
  sessionStorage.removeItem(KEPT); sessionStorage.removeItem(SIGNED_OUT);
  document.addEventListener("submit", (event) => {
    const form = [...document.querySelectorAll("main form[method=post]")].indexOf(event.target);
    if (event.defaultPrevented || form < 0) return;
    const values = fields(event.target).map((field) => [field.name, field.value, field.checked]);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ path: window.location.pathname, form, fields: values }));
    } catch { sessionStorage.removeItem(KEPT); }  // more than a browser keeps
  });
})();
