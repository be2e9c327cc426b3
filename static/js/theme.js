// Light or dark theme: the system's preference until the user chooses; the choice stays in this browser.
const KEY = "theme";
const root = document.documentElement;

function apply(theme) {
  if (theme === "light" || theme === "dark") root.dataset.kernTheme = theme;
}

function current() {
  return root.dataset.kernTheme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is disabled: use the system's preference
  }
}

function toggle() {
  const theme = current() === "dark" ? "light" : "dark";
  apply(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // storage is disabled: the choice lasts for this page
  }
}

apply(stored());

function offer() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", offer);
else offer();
