// <choice-filter> adds a field that filters the checkboxes inside it. Ticks stay, hidden or not.
import { containsWords, fold } from "./fold.js";

class ChoiceFilter extends HTMLElement {
  connectedCallback() {
    const choices = [...this.querySelectorAll(".choice")];
    if (this.field || choices.length <= Number(this.dataset.least)) return;
    const texts = choices.map((choice) => fold(choice.textContent));
    this.field = document.createElement("input");
    Object.assign(this.field, { type: "search", autocomplete: "off", placeholder: this.dataset.label });
    this.field.setAttribute("aria-label", this.dataset.label);
    const status = document.createElement("p");
    status.className = "choices__count";
    status.setAttribute("role", "status");
    this.prepend(this.field, status);

    const show = () => {
      choices.forEach((choice, at) => (choice.hidden = !containsWords(texts[at], this.field.value)));
      const shown = choices.filter((choice) => !choice.hidden).length;
      const ticked = choices.filter((choice) => choice.querySelector(":checked")).length;
      const values = { shown, ticked, all: choices.length };
      status.textContent = this.dataset.count.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
    };
    this.addEventListener("change", show);
    this.field.addEventListener("input", (event) => {
      event.stopPropagation(); // filtering changes nothing in the form
      show();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // would send the form
    });
    addEventListener("pageshow", show);
    show();
  }
}

customElements.define("choice-filter", ChoiceFilter);
