// Shows what is typed in the preview frame, shortly after the last key. The form is posted there and never saved.
const DELAY = 600;
const buttons = [...document.querySelectorAll("button[data-preview]")];
let current = buttons[0];
let timer;

// A new frame each time, so that going back leaves the page instead of stepping through previews.
function freshFrame(name) {
  const old = document.querySelector(`iframe[name="${name}"]`);
  const frame = old.cloneNode();
  frame.removeAttribute("src");
  old.replaceWith(frame);
}

function show() {
  clearTimeout(timer);
  freshFrame(current.formTarget);
  const form = document.createElement("form");
  form.method = "post";
  form.action = current.formAction;
  form.target = current.formTarget;
  form.hidden = true;
  for (const [name, value] of new FormData(current.form)) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

function mark() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === current));
}

for (const button of buttons) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    current = button;
    mark();
    show();
  });
}

if (current) {
  mark();
  if (current.form.dataset.warnUnsaved === "changed") show();
  current.form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, DELAY);
  });
}
