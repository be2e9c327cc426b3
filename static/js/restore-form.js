// Restores what was typed in a form with data-restore when the session had expired: the values wait in this tab until they
// were saved. They count as saved when the next signed-in page is another one, or shows a success message.
// data-restore="/path/" names the page on which to restore them if the form is shown under another URL. A page in between
// has data-restore-for="/path/" and leaves them alone. data-filled: the server filled the form with what was sent.
// data-restore-ticks: ticks whose boxes the page does not show are sent along as hidden fields.
import { fill, nameOf, pathOf, typed, valuesOf } from "./form-values.js";

const PREFIX = "restore:";
const AWAY = "signed-out";
const root = document.documentElement;
const user = root.dataset.user ?? "";

const keyOf = (form) => `${PREFIX}${pathOf(form)}#${nameOf(form)}`;
const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");
const storedKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));

function store(form) {
  sessionStorage.setItem(keyOf(form), JSON.stringify({ user, path: pathOf(form), values: valuesOf(form) }));
}

function announce(form) {
  const note = document.createElement("p");
  note.className = "notice";
  note.setAttribute("role", "status");
  note.textContent = root.dataset.restored ?? "";
  form.prepend(note);
}

// Forget what was saved, and what another user left in this tab. The message after signing in does not count.
function tidy() {
  const isBack = sessionStorage.getItem(AWAY) !== null;
  sessionStorage.removeItem(AWAY);
  if (!user && storedKeys().length) sessionStorage.setItem(AWAY, "1");
  if (!user) return;
  const isDone = !isBack && document.querySelector(".messages .notice--success, .messages .notice--info") !== null;
  const paths = [location.pathname];
  for (const form of document.querySelectorAll("[data-restore], [data-restore-for]")) {
    paths.push(form.dataset.restoreFor ?? pathOf(form));
  }
  for (const key of storedKeys()) {
    const kept = read(key);
    if (isDone || !paths.includes(kept.path) || kept.user !== user) sessionStorage.removeItem(key);
  }
}

function restore() {
  for (const form of document.querySelectorAll("form[data-restore]")) {
    const kept = read(keyOf(form));
    if (!kept || "filled" in form.dataset || form.querySelector("[aria-invalid=true], [data-error-summary]")) continue;
    if (typed(valuesOf(form)) === typed(kept.values)) continue; // the server already filled it in
    fill(form, kept.values);
    announce(form);
  }
}

function listen() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-restore]")) store(event.target);
  });
}

try {
  tidy();
  restore();
  listen();
} catch {
  // storage is disabled: rely on the browser's own form restoration
}
