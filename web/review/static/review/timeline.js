// The timeline of measures in step with the player: the current time as a line through every plot, a click or the slider jumps.
(() => {
  const lanes = document.getElementById("lanes");
  if (!lanes) return;
  const { seek, now, clock, playable } = window.interviewPlayer;
  const length = Number(lanes.dataset.duration);
  const plots = [...lanes.querySelectorAll("svg.plot")];
  plots.forEach((plot) => plot.addEventListener("click", (event) => {
    if (event.target.closest("a, [data-at]")) return;
    const box = plot.getBoundingClientRect();
    seek(length * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  }));
  if (!playable) return;
  const lines = plots.map((plot) => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "playhead");
    line.setAttribute("y1", "0");
    line.setAttribute("y2", "100%");
    plot.append(line);
    return line;
  });
  const slider = document.getElementById("position-s");
  document.getElementById("position").hidden = false;
  slider.addEventListener("input", () => seek(Number(slider.value)));
  function show() {
    const at = `${100 * Math.min(1, now() / length)}%`;
    lines.forEach((line) => { line.setAttribute("x1", at); line.setAttribute("x2", at); });
    slider.value = now();
    slider.setAttribute("aria-valuetext", clock(now()));
  }
  document.addEventListener("player-time", show);
  show();
})();
