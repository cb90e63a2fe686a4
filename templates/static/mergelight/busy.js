// A button that has GitHub asked says that it is, and cannot be pressed twice:
// <button data-busy="Asking GitHub…"> in a form.
(() => {
  const busy = [];

  document.addEventListener("submit", ({ target: form, submitter }) => {
    const button = submitter ?? form.querySelector("[data-busy]");
    if (!button || !("busy" in button.dataset)) return;
    // Afterwards, because a disabled button's own name and value are not sent.
    setTimeout(() => {
      for (const one of form.querySelectorAll("button")) one.disabled = true;
      const before = [...button.childNodes];
      button.ariaBusy = "true";
      button.textContent = button.dataset.busy;
      busy.push({ form, button, before });
    });
  });

  // Who comes back by the browser's button finds the page as it was left.
  addEventListener("pageshow", () => {
    for (const { form, button, before } of busy.splice(0)) {
      for (const one of form.querySelectorAll("button")) one.disabled = false;
      button.ariaBusy = null;
      button.replaceChildren(...before);
    }
  });
})();
