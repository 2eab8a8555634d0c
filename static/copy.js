// Copies what a link leads to; where copying isn't allowed it just leads there. Loaded when it is first asked for.
export async function copy(link) {
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
}
