// Sliders of the profile editor: moving one takes from the others in proportion, so that the sum stays 100 %.
(() => {
  const weights = [...document.querySelectorAll("input.weight")];
  const sum = document.getElementById("sum");
  const value = (input) => Number.parseFloat(input.value) || 0;
  const shown = (number) => String(Math.round(number * 100) / 100);
  const slider = (input) => document.querySelector(`.slider[data-for="${input.id}"]`);
  const removed = (input) => document.querySelector(`[name="${input.name.replace(".weight", ".remove")}"]`).checked;
  function show() {
    const total = weights.filter((w) => !removed(w)).reduce((t, w) => t + value(w), 0);
    sum.textContent = `${shown(total)} %`;
    sum.classList.toggle("errors", Math.abs(total - 100) > 0.5);
    for (const input of weights) {
      slider(input).value = value(input);
      input.closest("details").querySelector(".weight-shown").textContent = `${shown(value(input))} %`;
    }
  }
  function move(input, wanted) {
    const others = weights.filter((w) => w !== input && !removed(w));
    const rest = others.reduce((t, w) => t + value(w), 0);
    const left = 100 - wanted;
    for (const other of others) other.value = shown(rest > 0 ? (value(other) * left) / rest : left / others.length);
    input.value = shown(wanted);
    const off = 100 - weights.filter((w) => !removed(w)).reduce((t, w) => t + value(w), 0);
    if (others.length) others[0].value = shown(value(others[0]) + off);
    show();
  }
  for (const input of weights) {
    const range = slider(input);
    range.hidden = false;
    range.addEventListener("input", () => move(input, Number.parseFloat(range.value)));
    input.addEventListener("input", show);
  }
  document.addEventListener("change", (event) => { if (event.target.name && event.target.name.endsWith(".remove")) show(); });
  show();
})();
