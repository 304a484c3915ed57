"use strict";
(() => {
  const audio = document.querySelector("audio"), place = document.querySelector(".scroll");
  const now = document.querySelector(".now");
  const px = Number(place.dataset.px), edge = Number(place.dataset.edge);
  const show = () => {
    const x = edge + audio.currentTime * px;
    now.hidden = false;
    now.style.left = `${x}px`;
    if (x < place.scrollLeft || x > place.scrollLeft + place.clientWidth) place.scrollLeft = x - edge;
    if (!audio.paused) requestAnimationFrame(show);
  };
  audio.addEventListener("play", show);
  audio.addEventListener("seeked", show);
  place.addEventListener("click", (event) => {
    const x = event.clientX - place.getBoundingClientRect().left + place.scrollLeft;
    audio.currentTime = Math.max(0, (x - edge) / px);
    audio.play();
  });
})();
