// Says so when the page's polling does not get through; the last numbers stay where they are.
// A page that polls has <p id="connection" data-zone="…" hidden></p> outside what is swapped.
(() => {
  let lastAnswer = new Date();

  const note = () => document.getElementById("connection");

  const lost = () => {
    const element = note();
    if (!element || !element.hidden) return;
    const timeZone = element.dataset.zone; // the team's, as all times of the page
    const time = lastAnswer.toLocaleTimeString("en-GB", { timeStyle: "short", timeZone });
    const where = timeZone ? ` (${timeZone})` : "";
    element.textContent = `Last updated ${time}${where}. The server does not answer. Trying again…`;
    element.hidden = false;
  };

  const back = () => {
    lastAnswer = new Date();
    const element = note();
    if (element) element.hidden = true;
  };

  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
  document.addEventListener("htmx:responseError", lost);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) back();
  });
})();

// What a person has folded open stays open; what the server opens, because it matters now, opens.
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element, change) =>
    !(name === "open" && element.tagName === "DETAILS" && change === "remove");
}
