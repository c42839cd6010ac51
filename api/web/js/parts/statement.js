/* One line of the note: its words, what code found about it, its quotes, and what can be done. */

import { button, h, icon } from "../dom.js";
import { failing, repaired } from "../checks.js";
import { editStatement, moveStatement, removeStatement } from "./change.js";
import { resolveCheck } from "./resolve.js";
import { quoteList } from "./quote.js";
import { byPerson } from "./badge.js";
import { named, t } from "../words.js";

export function statementRow(view, statement, section) {
  const { work } = view;
  const { language } = work.note.note;
  const bad = failing(statement);
  const resolved = (rule) => work.note.resolutions.find((one) => one.statement === statement.id && one.rule === rule);
  const standing = bad.filter((one) => !resolved(one.rule));
  const worst = standing.some((one) => one.level === "blocking") ? "blocked" : standing.length ? "warned" : "";
  const edited = work.note.edits.some((one) => one.statement === statement.id && one.kind === "edit");
  const words = h("button", { type: "button", class: "words", lang: language, "aria-pressed": "false", "data-key": `say ${statement.id}`,
    onclick: () => view.choose(statement.id) }, statement.text);
  const row = h("li", { class: `statement ${worst}`, data: { id: statement.id } });
  const act = (does, drawing, label, run) => button(drawing, label, run, { only: true, class: "quiet", "data-does": does, "data-key": `${does} ${statement.id}` });
  row.append(
    h("div", { class: "line" }, words,
      view.editable ? h("div", { class: "acts" },
        act("edit", "edit", t("statement.edit"), () => editStatement(row, work, statement)),
        act("move", "move", t("statement.move"), () => moveStatement(work, statement, section)),
        edited && work.byAI(statement.id) ? act("restore", "restore", t("statement.restore"), () => work.restoreWords(statement)) : "",
        act("remove", "trash", t("statement.remove"), () => removeStatement(work, statement))) : ""),
    marks(statement, edited),
    h("div", { class: "checks" }, bad.map((check) => checkLine(work, statement, check, resolved(check.rule)))),
    quoteList(statement.evidence, work));
  return row;
}

function marks(statement, edited) {
  const shown = [];
  if (repaired(statement)) shown.push(h("span", { class: "mark-line" }, icon("check"), t("statement.repaired"), " ", h("del", {}, statement.original)));
  if (!statement.evidence.length) shown.push(h("span", { class: "mark-line" }, icon("user"), t("statement.own")));
  if (statement.author || edited) shown.push(byPerson(statement.author));
  return shown.length ? h("div", { class: "marks" }, shown) : "";
}

function checkLine(work, statement, check, resolution) {
  const blocking = check.level === "blocking";
  const kind = resolution ? "settled" : blocking ? "bad" : "warn";
  return h("div", { class: `check ${kind}` }, icon(resolution ? "check" : "warning"),
    h("span", {}, h("strong", {}, named("rule", check.rule)), check.detail && t("detail", { detail: check.detail })),
    resolution && h("span", { class: "hint" }, t("check.settled", { who: resolution.author.name ?? resolution.author.id }), " « ", resolution.reason, " »"),
    !resolution && blocking && work.writes &&
      h("button", { type: "button", class: "small", "data-key": `resolve ${statement.id} ${check.rule}`, onclick: () => resolveCheck(work, statement, check) }, t("check.resolve")));
}
