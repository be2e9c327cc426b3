// Adds the browser's own calendar to text fields with data-calendar="day" or "moment", whose data-calendar-label names the
// button. What it returns is written into the text field, which stays the only field that is sent.
const GERMAN = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})/;
const ISO = /^\s*(\d{4})-(\d{2})-(\d{2})/;

function isoOf(text) {
  const [, day, month, year] = GERMAN.exec(text) ?? [];
  if (year) return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return ISO.exec(text)?.[0].trim() ?? "";
}

function textOf(field, iso) {
  const day = iso.split("-").reverse().join(".");
  if (field.dataset.calendar === "day") return day;
  const time = field.value.replace(GERMAN, "").replace(ISO, "").replace(/^[\s,T]+/, "");
  return `${day}, ${time}`;
}

function add(field) {
  const frame = document.createElement("span");
  frame.className = "calendar";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "kern-btn kern-btn--secondary calendar__button";
  const label = field.labels[0]?.firstChild?.textContent.trim() ?? "";
  button.setAttribute("aria-label", `${field.dataset.calendarLabel}: ${label}`);
  const icon = document.createElement("span");
  icon.className = "kern-icon kern-icon--calendar-today";
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  // It has no name, so that it is neither sent nor restored.
  const native = document.createElement("input");
  native.type = "date";
  native.className = "calendar__native";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  field.replaceWith(frame);
  frame.append(field, button, native);

  button.addEventListener("click", () => {
    native.value = isoOf(field.value);
    native.showPicker();
  });
  native.addEventListener("change", () => {
    if (!native.value) return;
    field.value = textOf(field, native.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

if ("showPicker" in HTMLInputElement.prototype) {
  for (const field of document.querySelectorAll("input[data-calendar]:not(:disabled)")) add(field);
}
