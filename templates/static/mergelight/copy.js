// A text to be handed on: <button data-copy="id of its field" hidden>, shown only where it works.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.ariaLive = "polite";
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without HTTPS there is no clipboard, or the browser asks and is told no: the old way.
      if (!document.execCommand("copy")) return;
    }
    button.textContent = "Copied";
  });
}
