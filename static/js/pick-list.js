// <pick-list> turns the select inside it into a field that filters as one types (WAI-ARIA: editable combobox with list
// autocomplete). The select keeps the value and is what the form sends. data-with names a select whose value decides
// which options come first: those with the same data-of.
import { containsWords, fold } from "./fold.js";

const MOST_SHOWN = 200;

function build(tag, attributes, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

class PickList extends HTMLElement {
  connectedCallback() {
    const select = (this.select = this.querySelector("select"));
    if (this.field || select.options.length <= Number(this.dataset.least)) return;
    const list = `${select.id}_list`;
    const attributes = { id: select.id, role: "combobox", "aria-autocomplete": "list", "aria-controls": list, autocomplete: "off" };
    this.field = build("input", attributes);
    for (const name of ["aria-describedby", "aria-invalid", "disabled"]) {
      if (select.hasAttribute(name)) this.field.setAttribute(name, select.getAttribute(name));
    }
    this.list = build("div", { id: list, role: "listbox", class: "pick__list", "aria-label": this.dataset.label });
    this.status = build("span", { role: "status", class: "kern-sr-only" });
    Object.assign(select, { id: `${select.id}_select`, hidden: true });
    this.append(this.field, this.list, this.status);
    this.choices = [...select.options].map((option) => ({ option, folded: fold(`${option.text} ${option.dataset.also ?? ""}`).trim() }));
    this.field.addEventListener("click", () => this.open(""));
    this.field.addEventListener("focus", () => this.field.select());
    this.field.addEventListener("blur", () => this.accept());
    this.field.addEventListener("keydown", (event) => this.press(event));
    this.field.addEventListener("input", (event) => {
      event.stopPropagation(); // only a choice is a change
      this.open(this.field.value);
    });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", (event) => this.choose(this.shown[this.rows.indexOf(event.target)]));
    addEventListener("pageshow", () => this.close()); // the browser may have restored another value
    this.close();
  }

  open(words) {
    const other = document.getElementById(`${this.dataset.with}_select`) ?? document.getElementById(this.dataset.with);
    const isNear = ({ option }) => Boolean(other?.value) && option.dataset.of === other.value;
    const found = this.choices.filter(({ folded }) => containsWords(folded, words));
    this.shown = [...found.filter(isNear), ...found.filter((choice) => !isNear(choice))].slice(0, MOST_SHOWN);
    this.list.replaceChildren();
    this.rows = this.shown.map((choice) => {
      const label = isNear(choice) ? this.dataset.withLabel : (choice.option.parentElement.label ?? "");
      const id = `${this.list.id}_${choice.option.index}`;
      const row = build("div", { id, role: "option", class: "pick__option" }, choice.option.text);
      this.groupOf(label).append(row);
      return row;
    });
    this.status.textContent = found.length ? this.dataset.count.replace("{n}", found.length) : this.dataset.none;
    if (!found.length) this.list.append(build("div", { class: "pick__group", "aria-hidden": "true" }, this.dataset.none));
    this.list.hidden = false;
    this.list.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-expanded", "true");
    const chosen = this.shown.findIndex(({ option }) => option.selected && option.value);
    this.mark(words && this.shown.length === 1 ? 0 : chosen);
  }

  groupOf(label) {
    const last = this.list.lastElementChild;
    if (last?.dataset.label === label) return last;
    const group = build("div", label ? { role: "group", "aria-label": label } : { role: "presentation" });
    if (label) group.append(build("div", { class: "pick__group", "aria-hidden": "true" }, label));
    group.dataset.label = label;
    this.list.append(group);
    return group;
  }

  mark(at) {
    this.at = at;
    this.rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
    this.rows[at]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.rows[at]?.id ?? "");
  }

  close() {
    const [chosen] = this.select.selectedOptions;
    Object.assign(this.field, { value: chosen?.value ? chosen.text : "", placeholder: chosen?.value ? "" : (chosen?.text ?? "") });
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  choose(choice) {
    const isNew = choice && !choice.option.selected;
    if (isNew) choice.option.selected = true;
    this.close();
    if (isNew) for (const kind of ["input", "change"]) this.select.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  // What was typed counts if it can mean only one choice; cleared means the empty choice, if there is one.
  accept() {
    if (this.list.hidden) return;
    const typed = fold(this.field.value.trim());
    const exact = this.choices.find(({ option }) => (typed ? fold(option.text) === typed : option.value === ""));
    this.choose(exact ?? (typed && this.shown.length === 1 ? this.shown[0] : undefined));
  }

  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isOpen = !this.list.hidden;
    if (step && !isOpen) this.open("");
    else if (step && this.rows.length) this.mark((Math.max(this.at, step > 0 ? -1 : 0) + step + this.rows.length) % this.rows.length);
    else if (event.key === "Enter" && isOpen) this.at >= 0 ? this.choose(this.shown[this.at]) : this.accept();
    else if (event.key === "Escape" && isOpen) this.close();
    else return;
    event.preventDefault();
  }
}

customElements.define("pick-list", PickList);
