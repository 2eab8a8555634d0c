// What a number is in larger units, while it is typed; the page comes with the same words.
function inWords(unit, text) {
  const number = /^[1-9]\d{0,10}$/.test(text) ? Number(text) : 0;
  if (unit === "MB" && number >= 1024) {
    return `MB = ${number % 256 === 0 ? number / 1024 : (number / 1024).toFixed(2)} GiB`;
  }
  if (unit === "s" && number >= 60) {
    const parts = [[Math.floor(number / 3600), "h"], [Math.floor(number / 60) % 60, "min"], [number % 60, "s"]];
    return `s = ${parts.filter(([count]) => count).map((part) => part.join(" ")).join(" ")}`;
  }
  return unit;
}

export function watchReadings(form) {
  form.addEventListener("input", (event) => {
    const output = event.target.closest(".control")?.querySelector("output[data-unit]");
    if (output) output.value = inWords(output.dataset.unit, event.target.value);
  });
}
