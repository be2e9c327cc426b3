// A button that copies the text of an element. Without the clipboard the page says how to mark it.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.firstElementChild;
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    label.textContent = button.dataset.copied;
  });
}
