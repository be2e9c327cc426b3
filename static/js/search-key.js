// The key "/" jumps to the search, except while typing. It can be turned off on the page of the search (WCAG 2.1.4); the
// choice stays in this browser.
const OFF = "search-key-off";
const NOT_TYPING = ["checkbox", "radio", "button", "submit", "reset", "file"];

function isOff() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false; // storage is disabled
  }
}

function isTyping(target) {
  if (target.matches("input")) return !NOT_TYPING.includes(target.type);
  return target.matches("textarea, select") || target.isContentEditable;
}

// The page of the search has a field of its own; narrow screens have a link instead of a field.
function goToSearch() {
  const places = [...document.querySelectorAll("main [data-search-key], [data-search-key]")];
  const place = places.find((one) => one.closest("main")) ?? places.find((one) => one.checkVisibility());
  if (!place) return false;
  if (place.matches("a")) place.click();
  else {
    place.focus();
    place.select();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isOff() || isTyping(event.target) || !goToSearch()) return;
  event.preventDefault();
});

const toggle = document.querySelector("[data-search-key-toggle]");

function label() {
  toggle.textContent = isOff() ? toggle.dataset.on : toggle.dataset.off;
}

if (toggle) {
  label();
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    try {
      if (isOff()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // storage is disabled: the key stays on
    }
    label();
  });
}
