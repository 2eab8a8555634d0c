// A link that copies what it leads to: without a script, or where copying isn't allowed, it just leads there.
for (const link of document.querySelectorAll("a[data-copy]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const words = link.lastChild;
    const before = words.textContent;
    try {
      const answer = await fetch(link.href, { redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      await navigator.clipboard.writeText(await answer.text());
      words.textContent = "Copied";
      link.setAttribute("role", "status");
      setTimeout(() => {
        words.textContent = before;
        link.removeAttribute("role");
      }, 3000);
    } catch {
      location.assign(link.href);
    }
  });
}
