/* Beside the note: what was said and is not in it, what code refused, contradictions, tables,
   history, and what made it all. */

import { button, fill, h, icon, keepingFocus } from "../dom.js";
import { attempt } from "./attempt.js";
import { askReason, dialog, field } from "./dialog.js";
import { put } from "./change.js";
import { fold } from "./fold.js";
import { resolveBlocking } from "./resolve.js";
import { quoteButton } from "./quote.js";
import { tables } from "./tables.js";
import { provenance } from "./provenance.js";
import { history } from "./history.js";
import { named, t } from "../words.js";

export class Aside {
  constructor(work, signal) {
    this.work = work;
    this.element = h("div", { class: "aside" });
    work.addEventListener("note", () => keepingFocus(() => this.draw()), { signal });
    if (work.note) this.draw();
  }

  draw() {
    const { work } = this;
    const { note } = work.note;
    fill(this.element, contradictions(work, note), undocumented(work, note), unsupported(work, note),
      tables(work, note), history(work), provenance(work, note));
  }
}

function contradictions(work, note) {
  if (!note.contradictions.length) return null;
  const blocked = (number) => work.note.blocking.filter((one) => one.statement === `contradictions.${number + 1}`);
  return fold("contradictions", t("contradictions"), note.contradictions.length,
    h("ul", { class: "items" }, note.contradictions.map((one, number) => h("li", {},
      h("p", {}, h("strong", {}, named("contradiction", one.kind)), " — ", h("span", { lang: note.language }, one.about)),
      one.evidence.map((quote) => quoteButton(quote, work)), blocked(number).map((check) => resolveBlocking(work, check))))), { kind: "bad" });
}

function undocumented(work, note) {
  const dismissed = (item) => work.note.dismissals.find((one) => one.rank === item.rank && one.text === item.text);
  const open = note.undocumented.filter((item) => !dismissed(item));
  if (!note.undocumented.length) return null;
  const add = async (item) => {
    const section = await askSection(note, item.text);
    if (section) await put(work, [{ op: "document", undocumented: item.rank, text: item.text, section }]);
  };
  const dismiss = async (item) => {
    const given = await askReason({ title: t("undocumented.dismiss"), about: item.text, confirm: t("undocumented.dismiss"), suggestions: ["dismiss.useless", "dismiss.elsewhere"] });
    const change = () => work.change([{ op: "dismiss", undocumented: item.rank, text: item.text, reason: given.reason }]);
    if (given) await attempt(change, change);
  };
  return fold("undocumented", t("undocumented"), open.length, [
    h("p", { class: "hint" }, t("undocumented.lead")),
    h("ul", { class: "items" }, open.map((item) => h("li", {},
      h("p", {}, h("span", { class: "fact" }, named("fact", item.fact)), " ", h("span", { lang: note.language }, item.text)),
      item.evidence.map((quote) => quoteButton(quote, work)),
      work.writes && h("div", { class: "buttons" },
        button("plus", t("undocumented.add"), () => add(item), { class: "small", "data-key": `document ${item.rank} ${item.text}` }),
        button("close", t("undocumented.dismiss"), () => dismiss(item), { class: "small", "data-key": `dismiss ${item.rank} ${item.text}` }))))),
    open.length < note.undocumented.length && h("details", {}, h("summary", {}, t("undocumented.dismissed", { count: note.undocumented.length - open.length })),
      h("ul", {}, note.undocumented.filter(dismissed).map((item) => h("li", { class: "hint" }, item.text, " — ", dismissed(item).reason)))),
  ], { kind: open.length ? "warn" : "" });
}

function unsupported(work, note) {
  if (!note.unsupported.length) return null;
  const accept = async (item, index) => {
    const where = h("select", { name: "section" }, note.sections.map((one) => h("option", { value: one.key, selected: one.key === item.section }, one.heading)));
    const reason = h("textarea", { name: "reason", rows: 2, required: true, maxlength: 500 });
    const given = await dialog({ title: t("unsupported.accept"), confirm: t("unsupported.accept"),
      content: [h("blockquote", {}, item.text), field(t("move.section"), where), field(t("reason"), reason)],
      read: () => {
        if (!reason.value.trim()) throw new Error(t("reason.missing"));
        return { section: where.value, reason: reason.value.replace(/\s+/g, " ").trim() };
      } });
    if (given) await put(work, [{ op: "accept", unsupported: index, ...given }]);
  };
  return fold("unsupported", t("unsupported"), note.unsupported.length, [
    h("p", { class: "hint" }, t("unsupported.lead")),
    h("ul", { class: "items" }, note.unsupported.map((item, index) => h("li", {},
      h("p", { lang: note.language }, h("del", {}, item.text)),
      h("p", { class: "check bad" }, icon("warning"), h("span", {}, h("strong", {}, named("rule", item.reason)), item.detail && t("detail", { detail: item.detail }))),
      work.writes && button("plus", t("unsupported.accept"), () => accept(item, index), { class: "small" })))),
  ], { open: false });
}

function askSection(note, about) {
  const where = h("select", { name: "section" }, note.sections.map((one) => h("option", { value: one.key }, one.heading)));
  return dialog({ title: t("undocumented.add"), confirm: t("undocumented.add"),
    content: [h("blockquote", {}, about), field(t("move.section"), where)], read: () => where.value });
}
