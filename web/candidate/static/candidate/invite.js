// Another language takes what is proposed along, where nobody has changed it: title, headings, questions.
(() => {
  const language = document.getElementById("id_language");
  if (!language) return;
  const said = (element, code) => element.getAttribute(`data-${code}`);
  const codes = [...language.options].map((option) => option.value).filter(Boolean);
  language.addEventListener("change", () => {
    for (const given of document.querySelectorAll("#title-field, .question [data-en]")) {
      const shown = given.querySelector("input") || given;
      const key = "value" in shown ? "value" : "textContent";
      if (codes.some((code) => shown[key].trim() === said(given, code))) shown[key] = said(given, language.value) ?? shown[key];
    }
  });
})();
