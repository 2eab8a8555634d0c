// While an editor is open: who else is at work here (every 15 s, our own database), and whether the stored config moved
// on (every other time, one read of the platform). Rests in hidden tabs, stops at an error until the tab is come back to.
(() => {
  const PAUSE = 15000;
  let turn = 0;
  let timer = 0;
  let stopped = false;

  const place = () => document.getElementById("now");

  async function look() {
    const here = place();
    if (!here || document.hidden || stopped) return;
    turn += 1;
    try {
      const answer = await fetch(here.dataset.watch + (turn % 2 === 0 ? "&read=" : ""), {
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
        redirect: "error",
      });
      if (answer.status !== 200) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
      // Without a read nothing is known of the stored config: what was told of it stays.
      if (turn % 2 !== 0 && here.querySelector(".warn")) return;
      const open = here.contains(document.activeElement) || here.querySelector("details[open]");
      if (fresh && !open && fresh.textContent !== here.textContent) here.replaceWith(document.adoptNode(fresh));
    } catch {
      stopped = true;
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    stopped = false;
    look();
  });
  clearInterval(timer);
  timer = setInterval(look, PAUSE);
})();
