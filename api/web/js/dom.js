/* Elements, built without HTML: what users and models wrote only ever becomes a text node. */

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "quiet", onclick: f, "aria-label": "…"}, "text", child, [children], null) */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "selected")
      made[name] = value;
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  put(made, children);
  return made;
}

/** Replace what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  download: "M12 4v11m-5-5l5 5 5-5M5 20h14",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  help: "M9.2 9a2.9 2.9 0 1 1 4 2.7c-.8.4-1.2.9-1.2 1.8M12 17.2v.1",
  info: "M12 11v6M12 7.2v.1M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  mic: "M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  moon: "M20 14a8 8 0 1 1-10-10 6.5 6.5 0 0 0 10 10z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  move: "M12 4v16m-4-4l4 4 4-4M8 8l4-4 4 4",
  pause: "M9 5v14M15 5v14",
  play: "M8 5l11 7-11 7z",
  plus: "M12 5v14M5 12h14",
  restore: "M5 5v5h5M5.5 10A7.5 7.5 0 1 1 5 14",
  sign: "M4 18c3 0 4-10 7-10s-1 8 2 8 3-4 5-4 1 3 3 3M4 21h16",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  user: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c1-4 4-5.5 7.5-5.5s6.500 1.500 7.500 5.500",
  warning: "M12 4l9 16H3zM12 10v4.500M12 17.300v.1",
};

/** A drawing of 24 × 24, in the colour of the text; it says nothing to a screen reader. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

/** A button with a drawing and, unless ``only`` is set, its words beside it. */
export function button(name, words, onclick, { only = false, ...rest } = {}) {
  const spoken = only ? { "aria-label": words, title: words } : {};
  return h(
    "button",
    { type: "button", onclick, ...spoken, ...rest, class: `${only ? "only " : ""}${rest.class ?? ""}` },
    name ? icon(name) : null,
    only ? null : h("span", {}, words),
  );
}

/** Keeps the focus where it was when what is around it is drawn again: by ``data-key``. */
export function keepingFocus(draw) {
  const before = document.activeElement?.dataset?.key;
  draw();
  if (before && document.activeElement?.dataset?.key !== before)
    document.querySelector(`[data-key="${CSS.escape(before)}"]`)?.focus({ preventScroll: true });
}
