/* A list that folds away; it stays as the reader left it when what is in it changes. */

import { h } from "../dom.js";

const left = new Map();

export function fold(key, title, count, content, { open = true, kind = "" } = {}) {
  const made = h("details", { class: `fold card ${kind}`, open: left.get(key) ?? open, data: { fold: key } },
    h("summary", { "data-key": `fold ${key}` }, h("h3", {}, title), count !== null && h("span", { class: "count" }, String(count))), content);
  made.addEventListener("toggle", () => left.set(key, made.open));
  return made;
}
