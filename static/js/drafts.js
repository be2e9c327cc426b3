// Keeps what is typed in a form with data-restore in this browser, so that it survives closing the page: per address, account
// and tab, for DAYS, until it was sent or the user signs out. Without a signed-in user nothing is kept, and never passwords or
// files. Left out are forms whose input the server keeps (data-autosave) and lists of ticks (data-restore-ticks).
// data-forget-drafts: a form that signs out.
import { fill, nameOf, pathOf, renderedValues, typed, valuesOf, versions } from "./form-values.js";

const PREFIX = "draft:";
const SIGNED_OUT = "drafts-forgotten";
const DAYS = 7;
const DELAY_MS = 500;
const FORMS = "form[data-restore][method=post]:not([data-autosave], [data-restore-ticks])";
const { dataset, lang } = document.documentElement;
const user = dataset.user ?? "";
const timers = new Map();
let isSignedOut = false;

const read = (key) => JSON.parse(localStorage.getItem(key) ?? "null");
const storedKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const forget = (keys) => keys.forEach((key) => localStorage.removeItem(key));
const keyOf = (form) => `${placeOf(form)}:${tabId()}`;
const isOwn = (key) => key.endsWith(`:${tabId()}`);
const isReturned = (form) => "filled" in form.dataset || form.querySelector("[aria-invalid=true], [data-error-summary]") !== null;
const isWanted = (form) => form.matches(FORMS) && !form.querySelector("[type=password]");

// Two tabs may show the same form: neither overwrites what was typed in the other.
function tabId() {
  const id = sessionStorage.getItem("tab") ?? crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  sessionStorage.setItem("tab", id);
  return id;
}

// The query says what the page is about, except for the state that it showed.
function placeOf(form) {
  const query = new URLSearchParams(location.search);
  for (const name of ["version", "eingereicht", "page"]) query.delete(name);
  return `${PREFIX}${user}:${form.dataset.restore || `${location.pathname}?${query}`}#${nameOf(form)}`;
}

function save(form, sent = false) {
  clearTimeout(timers.get(form));
  if (isSignedOut) return;
  const values = valuesOf(form);
  const isTyped = sent || isReturned(form) || typed(values) !== typed(renderedValues(form));
  if (!isTyped) localStorage.removeItem(keyOf(form));
  else localStorage.setItem(keyOf(form), JSON.stringify({ path: pathOf(form), at: Date.now(), sent, values }));
}

function mark(key, sent) {
  localStorage.setItem(key, JSON.stringify({ ...read(key), sent }));
}

// A draft that this tab has sent is done when another page follows, or one that reports success. The message after signing in
// does not count, nor does a page that says why nothing was saved.
function tidy() {
  const isBack = sessionStorage.getItem("signed-out") !== null;
  const has = (kinds) => document.querySelector(kinds.map((kind) => `.messages .notice--${kind}`).join()) !== null;
  const isDone = !isBack && has(["success", "info"]);
  const paths = [location.pathname];
  for (const form of document.querySelectorAll("[data-restore], [data-restore-for]")) {
    paths.push(form.dataset.restoreFor ?? pathOf(form));
  }
  for (const key of storedKeys()) {
    const draft = read(key);
    const isLeft = !isBack && !paths.includes(draft.path) && !has(["error", "warning"]);
    const isOver = draft.sent && isOwn(key) && (isDone || isLeft);
    const isOld = Date.now() - draft.at > DAYS * 24 * 60 * 60 * 1000;
    // On a shared computer, the next person finds nothing of the one before.
    if (isOver || isOld || !key.startsWith(`${PREFIX}${user}:`)) localStorage.removeItem(key);
    else if (isOwn(key)) mark(key, false);
  }
}

function announce(form, text, at, buttons) {
  const moment = new Date(at).toLocaleString(lang || "de", { dateStyle: "medium", timeStyle: "short" });
  const note = Object.assign(document.createElement("p"), { className: "notice", textContent: text.replace("%s", moment) });
  note.setAttribute("role", "status");
  for (const [label, act] of buttons) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "kern-btn kern-btn--tertiary",
      onclick: () => act() ?? note.remove(),
    });
    button.append(Object.assign(document.createElement("span"), { className: "kern-label", textContent: label }));
    note.append(" ", button);
  }
  form.prepend(note);
}

function insert(form, draft) {
  fill(form, draft.values);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// The newest draft of any tab; one of a closed tab goes on in this one.
function restore(form) {
  const keys = storedKeys().filter((key) => key.startsWith(`${placeOf(form)}:`));
  const [key] = keys.sort((one, other) => read(other).at - read(one).at);
  if (!key || isReturned(form)) return;
  const draft = read(key);
  const rendered = renderedValues(form);
  forget([key]);
  if (typed(rendered) === typed(draft.values)) return; // the server has it by now
  const isOlder = versions(rendered) !== versions(draft.values);
  // One that is not inserted yet must outlast what is typed beside it.
  const place = isOlder ? `${keyOf(form)}-older` : keyOf(form);
  localStorage.setItem(place, JSON.stringify({ ...draft, sent: false }));
  const discard = () => {
    forget([place]);
    if (isOlder) return;
    form.reset();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // With the version it was typed on, the server shows both versions when it is sent.
  if (isOlder) {
    const use = () => {
      forget([place]);
      insert(form, draft);
    };
    announce(form, dataset.draftOlder, draft.at, [[dataset.draftInsert, use], [dataset.draftDiscard, discard]]);
    return;
  }
  if (typed(valuesOf(form)) !== typed(draft.values)) insert(form, draft);
  announce(form, dataset.draft, draft.at, [[dataset.draftDiscard, discard]]);
}

// On a shared computer, nothing typed is left, neither here nor by tabs that are still open.
function forgetAll() {
  isSignedOut = true;
  forget(storedKeys());
  sessionStorage.clear();
  localStorage.setItem(SIGNED_OUT, "");
  localStorage.removeItem(SIGNED_OUT);
}

function listen() {
  addEventListener("storage", ({ key }) => {
    if (key === SIGNED_OUT) isSignedOut = true;
  });
  for (const type of ["input", "change"]) {
    document.addEventListener(type, ({ target }) => {
      const form = target.form ?? target;
      if (!(form instanceof HTMLFormElement) || !isWanted(form)) return;
      clearTimeout(timers.get(form));
      timers.set(form, setTimeout(save, DELAY_MS, form));
    });
  }
  document.addEventListener("submit", ({ target }) => {
    if ("forgetDrafts" in target.dataset) forgetAll();
    if (isWanted(target)) save(target, true);
    const { restoreFor } = target.dataset;
    if (restoreFor) storedKeys().filter((key) => isOwn(key) && read(key).path === restoreFor).forEach((key) => mark(key, true));
  });
  // What was typed last may still wait for its timer.
  addEventListener("pagehide", () => {
    for (const form of timers.keys()) if (!read(keyOf(form))?.sent) save(form);
  });
}

try {
  if (user) {
    tidy();
    [...document.querySelectorAll(FORMS)].filter(isWanted).forEach(restore);
    listen();
  }
} catch {
  // storage is disabled or full: what is typed stays on the page
}
