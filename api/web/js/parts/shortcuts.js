/* Keys. Single letters can be turned off (WCAG 2.1.4); they do nothing while something is typed. */

import { h } from "../dom.js";
import { dialog } from "./dialog.js";
import { t } from "../words.js";

const KEPT = "anamnese.letters";
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";

export const letters = () => localStorage.getItem(KEPT) !== "off";

/** ``keys``: [[key, words, run, shown?], …] */
export function listen(keys, signal) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.target.closest?.(TYPING)) return;
    const control = event.ctrlKey || event.metaKey;
    const wanted = (control ? "Ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const found = keys.find(([key]) => key === wanted);
    if (!found || event.altKey || (!control && !letters() && wanted.length === 1)) return;
    // A button that has the focus is pressed by the space bar itself.
    if (wanted === " " && event.target.closest("button, summary, a")) return;
    event.preventDefault();
    found[2]();
  }, { signal });
}

export function showKeys(keys) {
  const on = h("input", { type: "checkbox", id: "letters", checked: letters(), onchange: () => localStorage.setItem(KEPT, on.checked ? "on" : "off") });
  return dialog({ title: t("keys"), confirm: null, content: [
    h("dl", { class: "keys" }, keys.map(([key, words]) => [h("dt", {}, h("kbd", {}, shown(key))), h("dd", {}, words)])),
    h("p", { class: "hint" }, t("keys.rows")),
    h("label", { class: "tick", for: "letters" }, on, h("span", {}, t("keys.letters")))] });
}

const NAMES = { " ": "␣", ArrowLeft: "←", ArrowRight: "→", "Ctrl+z": "Ctrl Z" };
const shown = (key) => NAMES[key] ?? key.toUpperCase();
