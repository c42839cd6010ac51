/* What a person changes in the note: each keeps what stood there, and can be undone. */

import { h } from "../dom.js";
import { attempt } from "./attempt.js";
import { askReason, dialog, field } from "./dialog.js";
import { say } from "./toast.js";
import { t } from "../words.js";

/** Lines of a note are one line each. */
export const oneLine = (text) => text.replace(/\s+/g, " ").trim();

export function editStatement(row, work, statement) {
  const line = row.querySelector(".line");
  if (row.classList.contains("editing")) return;
  row.classList.add("editing");
  const text = h("textarea", { rows: Math.max(2, Math.ceil(statement.text.length / 60)), value: statement.text, lang: work.note.note.language, "aria-label": t("statement.words"), maxlength: 4000 });
  const close = () => {
    row.classList.remove("editing");
    form.replaceWith(line);
    line.querySelector("button.words").focus();
  };
  const save = async (event) => {
    event?.preventDefault();
    const wanted = oneLine(text.value);
    if (!wanted || wanted === statement.text) return close();
    const change = () => work.change([{ op: "edit", statement: statement.id, text: wanted }], [{ op: "edit", statement: statement.id, text: statement.text }]);
    return attempt(change, change);
  };
  const form = h("form", { class: "mend", onsubmit: save, onkeydown: (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && event.target === text) save(event);
  } }, text, h("div", { class: "buttons" }, h("button", { type: "submit", class: "main" }, t("save")), h("button", { type: "button", onclick: close }, t("cancel")), h("span", { class: "hint" }, t("statement.hint"))));
  line.replaceWith(form);
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

export async function removeStatement(work, statement) {
  const given = await askReason({ title: t("statement.remove"), about: statement.text, confirm: t("statement.remove"), suggestions: ["remove.wrong", "remove.useless", "remove.twice"] });
  if (!given) return;
  const change = () => work.change([{ op: "remove", statement: statement.id, reason: given.reason }], () => work.puttingBack(statement));
  if (await attempt(change, change)) say(t("statement.removed"), { act: { words: t("undo"), run: () => attempt(() => work.undo()) } });
}

export async function addStatement(work, section) {
  const text = h("textarea", { name: "text", rows: 3, required: true, lang: work.note.note.language, maxlength: 4000 });
  const given = await dialog({ title: t("statement.add.to", { section: section.heading }), confirm: t("statement.add"),
    content: [field(t("statement.words"), text, t("statement.add.hint"))],
    read: () => {
      if (!oneLine(text.value)) throw new Error(t("statement.empty"));
      return { text: oneLine(text.value) };
    } });
  if (given) await put(work, [{ op: "add", section: section.key, text: given.text, evidence: [] }]);
}

/** Changes that put one new statement into the note: undone by taking it out again. */
export async function put(work, changes) {
  const before = new Set(work.statements().map((one) => one.id));
  const back = () => work.statements().filter((one) => !before.has(one.id)).slice(0, 1)
    .map((one) => ({ op: "remove", statement: one.id, reason: t("undone") }));
  const change = () => work.change(changes, back);
  return attempt(change, change);
}

const home = (work, statement) => work.note.note.sections.find((one) => one.statements.some((other) => other.id === statement.id));

export async function moveStatement(work, statement) {
  const from = home(work, statement);
  const next = (section) => section.statements[section.statements.findIndex((one) => one.id === statement.id) + 1]?.id ?? null;
  const where = h("select", { name: "where" }, work.note.note.sections.map((one) => h("option", { value: one.key, selected: one.key === from.key }, one.heading)));
  const before = h("select", { name: "before" });
  const offer = () => {
    const section = work.note.note.sections.find((one) => one.key === where.value);
    before.replaceChildren(...section.statements.filter((one) => one.id !== statement.id).map((one) => h("option", { value: one.id }, one.text.slice(0, 80))), h("option", { value: "", selected: true }, t("move.end")));
  };
  where.addEventListener("change", offer);
  offer();
  const given = await dialog({ title: t("statement.move"), confirm: t("statement.move"),
    content: [h("blockquote", {}, statement.text), field(t("move.section"), where), field(t("move.before"), before)],
    read: () => ({ section: where.value, before: before.value || null }) });
  if (!given) return;
  const back = [{ op: "move", statement: statement.id, section: from.key, before: next(from) }];
  const change = () => work.change([{ op: "move", statement: statement.id, ...given }], back);
  await attempt(change, change);
}
