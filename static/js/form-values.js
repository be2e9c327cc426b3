// Reads and fills the fields of a form, without passwords and files. Of hidden fields only the version that the page showed
// counts: sent with a version saved meanwhile, restored input would overwrite it unseen.
const SHOWN = ["version", "shown"];

export const pathOf = (form) => form.dataset.restore || location.pathname;
export const nameOf = (form) => form.id || [...document.forms].indexOf(form);
export const isShown = (name) => SHOWN.some((end) => name === end || name.endsWith(`-${end}`));
export const typed = (values) => JSON.stringify(values.filter(([name]) => !isShown(name)));
export const versions = (values) => JSON.stringify(values.filter(([name]) => isShown(name)).map((part) => part.slice(0, 2)));

const isKept = ({ name, type }) =>
  type === "hidden" ? isShown(name) : name && !["password", "file", "submit", "button"].includes(type);
const isChoice = ({ type }) => ["checkbox", "radio"].includes(type);
const fieldsOf = (form) => [...form.elements].filter((field) => !field.disabled && isKept(field));

export function valuesOf(form) {
  return fieldsOf(form).map((field) => [field.name, field.value, isChoice(field) ? field.checked : null]);
}

function defaultOf(field) {
  if (!field.options) return isChoice(field) ? field.value : field.defaultValue;
  const chosen = [...field.options].find((option) => option.defaultSelected);
  return (chosen ?? (field.multiple ? null : field.options[0]))?.value ?? "";
}

// What the server rendered, also after the browser has filled in what it remembers itself.
export function renderedValues(form) {
  return fieldsOf(form).map((field) => [field.name, defaultOf(field), isChoice(field) ? field.defaultChecked : null]);
}

export function fill(form, values) {
  const left = [...values];
  const carried = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
  for (const field of fieldsOf(form)) {
    const at = left.findIndex(([name, value]) => name === field.name && (!isChoice(field) || value === field.value));
    if (at < 0) continue;
    const [[, value, checked]] = left.splice(at, 1);
    if (isChoice(field)) field.checked = checked;
    else field.value = value;
    if (isChoice(field) ? checked : value) field.closest("details")?.setAttribute("open", "");
  }
  if (!("restoreTicks" in form.dataset)) return;
  for (const [name, value, checked] of left) if (checked) form.append(carried(name, value));
}
