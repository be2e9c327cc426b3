// Asks before leaving a page with unsaved changes in a form with data-warn-unsaved. data-warn-unsaved="changed": the
// server returned the form with unsaved values.
let changed = document.querySelector('form[data-warn-unsaved="changed"]') !== null;

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-warn-unsaved]")) changed = true;
});

// Submitting a search (GET) beside the form saves nothing.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") changed = false;
});

window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
