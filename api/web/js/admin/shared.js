/* What sections of the administration have in common. */

import { button, fill, h } from "../dom.js";
import { dialog } from "../parts/dialog.js";
import { explain, reason } from "../parts/toast.js";
import { named, number, size, t } from "../words.js";

/** ``heads``: words, or null for the column of buttons. ``rows``: lists of cells. */
export function table(title, heads, rows) {
  if (!rows.length) return h("p", { class: "hint" }, t("admin.none"));
  // On a narrow screen rows are drawn as blocks, each cell with its heading: what they are is said all the same.
  const head = (one) => (one === null ? h("td", { role: "cell" }) : h("th", { scope: "col", role: "columnheader" }, one));
  const cell = (one, place) => h("td", { role: "cell", data: { label: heads[place] ?? "" } }, h("div", {}, one));
  const line = (cells) => h("tr", { role: "row" }, cells);
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": title, "data-key": `table ${title}` },
    h("table", { role: "table" }, h("thead", { role: "rowgroup" }, line(heads.map(head))), h("tbody", { role: "rowgroup" }, rows.map((row) => line(row.map(cell))))));
}

/** ``beside``: what stands at the end of its headline. */
export const card = (title, beside, ...content) =>
  h("section", { class: "card" }, h("div", { class: "card-head" }, h("h2", {}, title), h("div", { class: "buttons" }, beside)), content);

export const code = (text) => h("code", {}, text);

/** A small button; while its work is under way it cannot be pressed again. ``key``: by which it is found
    again in a list that is drawn anew. */
export function act(drawing, words, work, { kind = "", key = null } = {}) {
  const made = button(drawing, words, async () => {
    made.disabled = true;
    await work().catch(explain);
    made.disabled = false;
  }, { class: `small ${kind}`, "data-key": key });
  return made;
}

/** Ask before what cannot be taken back; then do it, with its refusal said in the window. */
export const sure = (title, about, confirm, work, kind = "bad") =>
  dialog({ title, confirm, kind, content: h("p", {}, about), read: () => said(work) });

/** For ``read`` of a dialog. */
export async function said(work) {
  try {
    return (await work()) ?? true;
  } catch (error) {
    throw new Error(reason(error));
  }
}

/** An error code, in words where the page has some. */
export const fault = (name) => {
  const words = named("error", name);
  return words === name ? code(name) : [h("span", {}, words), h("br"), code(name)];
};

/** Part of a whole, as a bar and in words. */
export const meter = (words, part, whole) =>
  h("div", { class: "meter-line" }, h("progress", { max: whole || 1, value: part, "aria-label": words }), h("span", { class: "hint" }, words));

export const bytes = (count) => (count < 1e9 ? size(count) : t("admin.gigabytes", { count: number(count / 1e9, 1) }));

export const select = (choices, chosen) => h("select", {}, choices.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));

export const loading = (place) => fill(place, h("p", { class: "hint", role: "status" }, t("admin.loading")));
