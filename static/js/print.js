// A button that prints the page. Without scripts the page says how to print instead.
// Filters replace the page's content, and its buttons with it.
function show() {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
}

show();
document.addEventListener("htmx:afterSettle", show);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
