// Fills in the browser's time zone where the form comes with none of the person's own.
(() => {
  const field = document.querySelector("input[data-preset-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (field && zone) field.value = zone;
})();
