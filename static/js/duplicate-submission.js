// A form with data-once is sent once: a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
});

// Back in the browser shows the page as it was left: let it be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[type=submit]")) button.removeAttribute("aria-disabled");
  }
});

// Back in the browser loads a form anew, with what was typed but another token: it keeps the one of its place in the
// history, so that what was taken already is not taken again.
const token = document.querySelector("input[name=form_token]");
if (token && history.state?.formToken) token.value = history.state.formToken;
else if (token) history.replaceState({ ...history.state, formToken: token.value }, "");
