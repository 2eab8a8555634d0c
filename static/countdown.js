// Counts a rate limit's seconds down. Only the last state is announced, not every tick.
for (const place of document.querySelectorAll(".countdown[data-seconds]")) {
  const until = Date.now() + Number(place.dataset.seconds) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      place.querySelector("b").textContent = `${left} ${left === 1 ? "second" : "seconds"}`;
      return;
    }
    clearInterval(timer);
    place.setAttribute("role", "status");
    place.textContent = "It can be tried again now.";
  }, 1000);
}
