// Most pages consist of what others consist of. An element's look is all that the style sheets
// select by: its tag, classes and states and those of the elements around it; and what axe's rules
// about colours and sizes ask beyond that. So it is enough to check each look once.
window.looks = (() => {
  const STATES = [
    "aria-current", "aria-disabled", "aria-expanded", "aria-invalid", "aria-pressed", "aria-selected",
    "disabled", "hidden", "multiple", "open", "readonly", "role", "tabindex", "type",
  ];
  const SMALL_PX = 24; // below it, axe measures the space around a target
  let found = new Map();

  const hash = (text) => {
    let sum = 7;
    for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
    return sum;
  };

  const lookOf = (element, around) => {
    const box = element.getBoundingClientRect();
    return hash([
      around,
      element.tagName,
      element.getAttribute("class"),
      ...STATES.map((name) => element.getAttribute(name)),
      !element.previousElementSibling,
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()),
      element.scrollWidth > element.clientWidth,
      box.width < SMALL_PX || box.height < SMALL_PX,
    ].join("|"));
  };

  const walk = (element, around) => {
    const look = lookOf(element, around);
    // What is hidden now may be seen on another page, and only then be checked.
    if (element.checkVisibility({ visibilityProperty: true })) found.set(element, [look, around]);
    for (const child of element.children) walk(child, look);
  };

  return {
    /** Return the looks of all visible elements. */
    read() {
      found = new Map();
      walk(document.body, 0);
      return [...new Set([...found.values()].map(([look]) => look))];
    },
    /** Return the violations that axe finds in the elements that have one of the looks `fresh`. */
    async check(fresh, options) {
      const isFresh = new Set(fresh);
      // axe checks what an element contains, too, so the outermost are enough.
      const include = [...found.entries()]
        .filter(([, [look, around]]) => isFresh.has(look) && !isFresh.has(around))
        .map(([element]) => element);
      return include.length ? (await axe.run({ include }, options)).violations : [];
    },
  };
})();
