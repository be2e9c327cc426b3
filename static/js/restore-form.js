// What was sent by a form with data-keep is not lost when the session had lapsed: it waits in this tab until it was
// saved. "Saved" shows by the next signed-in page being another one, or one with a message that it was done.
// data-keep="/path/" names the page on which it stands again, where the form shows under another address too; a page
// between, with data-keep-for="/path/", leaves alone what waits for that one.
const PREFIX = "keep:";
const AWAY = "signed-out";
const root = document.documentElement;
const user = root.dataset.user ?? "";

const pathOf = (form) => form.dataset.keep || location.pathname;
const keyOf = (form) => `${PREFIX}${pathOf(form)}#${form.id || [...document.forms].indexOf(form)}`;
const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");
const keptKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));

const fieldsOf = (form) =>
  [...form.elements].filter(
    (field) => field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type),
  );

function valuesOf(form) {
  return fieldsOf(form).map((field) => [
    field.name,
    field.value,
    "checked" in field && ["checkbox", "radio"].includes(field.type) ? field.checked : null,
  ]);
}

function fill(form, values) {
  const left = [...values];
  for (const field of fieldsOf(form)) {
    const isChoice = ["checkbox", "radio"].includes(field.type);
    const at = left.findIndex(([name, value]) => name === field.name && (!isChoice || value === field.value));
    if (at < 0) continue;
    const [[, value, checked]] = left.splice(at, 1);
    if (isChoice) field.checked = checked;
    else field.value = value;
    if (isChoice ? checked : value) field.closest("details")?.setAttribute("open", "");
  }
}

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

// Forget what was saved, and what somebody else left in this tab. The message after signing in is none of a saved form.
function tidy() {
  const isBack = sessionStorage.getItem(AWAY) !== null;
  sessionStorage.removeItem(AWAY);
  if (!user && keptKeys().length) sessionStorage.setItem(AWAY, "1");
  if (!user) return;
  const isDone = !isBack && document.querySelector(".messages .notice--success, .messages .notice--info") !== null;
  const paths = [location.pathname];
  for (const form of document.querySelectorAll("[data-keep], [data-keep-for]")) {
    paths.push(form.dataset.keepFor ?? pathOf(form));
  }
  for (const key of keptKeys()) {
    const kept = read(key);
    if (isDone || !paths.includes(kept.path) || kept.user !== user) sessionStorage.removeItem(key);
  }
}

function restore() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const kept = read(keyOf(form));
    if (!kept || form.querySelector("[aria-invalid=true], [data-error-summary]")) continue;
    if (JSON.stringify(valuesOf(form)) === JSON.stringify(kept.values)) continue; // the server filled it in again
    fill(form, kept.values);
    announce(form);
  }
}

function listen() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-keep]")) store(event.target);
  });
}

try {
  tidy();
  restore();
  listen();
} catch {
  // storage is switched off: the browser's own memory of the form has to do
}
