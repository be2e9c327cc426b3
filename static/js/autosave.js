// Saves the draft of an answer shortly after the last key, in a form with data-autosave. Each [data-answer] holds the fields
// of one record, a hidden versions and a line [data-saved]. What the server refuses stays on the page with its reason.
const DELAY = 1500;
const timers = new Map();
const waiting = new Set();
const onTheirWay = new Set();

function fieldsOf(answer) {
  const fields = new FormData();
  const token = answer.closest("form").elements.csrfmiddlewaretoken;
  if (token) fields.append(token.name, token.value);
  for (const { name, value, type, checked, disabled } of answer.querySelectorAll("input, select, textarea")) {
    if (name && !disabled && (!["checkbox", "radio"].includes(type) || checked)) fields.append(name, value);
  }
  fields.append("save", answer.dataset.answer);
  return fields;
}

async function save(answer) {
  const note = answer.querySelector("[data-saved]");
  note.textContent = answer.closest("form").dataset.autosave;
  waiting.delete(answer);
  try {
    const response = await fetch(location.pathname, { method: "POST", body: fieldsOf(answer), redirect: "error" });
    const saved = await response.json();
    note.textContent = saved.note;
    for (const [name, version] of Object.entries(saved.versions ?? {})) answer.querySelector(`input[name='${name}']`).value = version;
    if (!saved.is_complete) waiting.add(answer);
  } catch {
    // Offline or signed out: the buttons still send everything.
    note.textContent = "";
    waiting.add(answer);
  }
}

// One request at a time for each answer, because each needs the version that the last one returned.
function saveSoon(answer) {
  waiting.add(answer);
  const { timer, running } = timers.get(answer) ?? {};
  clearTimeout(timer);
  const next = setTimeout(async () => {
    await running;
    const request = save(answer);
    timers.set(answer, { running: request });
    onTheirWay.add(request);
    await request;
    onTheirWay.delete(request);
  }, DELAY);
  timers.set(answer, { timer: next, running });
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  form.addEventListener("input", (event) => {
    const answer = event.target.closest("[data-answer]");
    if (answer) saveSoon(answer);
  });
  form.addEventListener("submit", async (event) => {
    for (const { timer } of timers.values()) clearTimeout(timer);
    waiting.clear();
    if (!onTheirWay.size) return;
    // The server may have stored that draft already: with the former version, the form would conflict with it.
    event.preventDefault();
    if (form.dataset.isWaiting) return;
    form.dataset.isWaiting = "yes";
    await Promise.all(onTheirWay);
    delete form.dataset.isWaiting;
    form.requestSubmit(event.submitter);
  });
}

window.addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});
