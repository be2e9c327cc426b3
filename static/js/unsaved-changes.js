// Leaving a page whose form data-guard-unsaved was changed asks first.
// With data-guard-unsaved="changed" the page came back with what was typed, and nothing is saved yet.
let changed = document.querySelector('form[data-guard-unsaved="changed"]') !== null;

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard-unsaved]")) changed = true;
});

// A search beside the form sends nothing of it.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") changed = false;
});

window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
