// The seconds beside own words play the recording from there.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek]");
  const video = document.getElementById("own");
  if (!button || !video) return;
  video.currentTime = Number(button.dataset.seek);
  video.play().catch(() => {});
});
