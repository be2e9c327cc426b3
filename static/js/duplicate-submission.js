// Submits a form with data-submit-once only once: a second press while the answer is on its way is ignored.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-submit-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
});

// Going back shows the page as it was left: allow it to be submitted again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[type=submit]")) button.removeAttribute("aria-disabled");
  }
});

// Going back may reload the form with what was typed but a new token. Keep the token of its history entry, so that the
// server recognises a duplicate submission.
const token = document.querySelector("input[name=form_token]");
if (token && history.state?.formToken) token.value = history.state.formToken;
else if (token) history.replaceState({ ...history.state, formToken: token.value }, "");
