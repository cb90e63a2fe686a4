// The list of repositories: search, select all that are shown, and the count. Without it the list
// is a plain list of checkboxes.
(() => {
  const form = document.getElementById("picker");
  if (!form) return;
  const search = document.getElementById("picker-search");
  const count = document.getElementById("picker-count");
  const rows = [...form.querySelectorAll("#picker-list > li")];
  const box = (row) => row.querySelector("input");

  const nothing = document.getElementById("picker-nothing");

  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows) {
      row.hidden = !row.querySelector("[data-name]").textContent.toLowerCase().includes(wanted);
    }
    nothing.hidden = rows.some((row) => !row.hidden);
  };
  const tell = () => {
    count.textContent = rows.filter((row) => box(row).checked).length;
  };
  const setShown = (checked) => {
    for (const row of rows) if (!row.hidden && !box(row).disabled) box(row).checked = checked;
    form.dispatchEvent(new Event("change")); // for all that counts along
  };

  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // searching must not start the import
  });
  form.addEventListener("change", tell);
  document.getElementById("picker-all").addEventListener("click", () => setShown(true));
  document.getElementById("picker-none").addEventListener("click", () => setShown(false));
  show(); // what was typed before this script was here, or before a reload
  tell();
})();
