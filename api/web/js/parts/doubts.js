/* What does not fit together: contradictions with both sides, what is out of date, what is to be
   settled, what verification refused, and what another version says otherwise. */

import { h, icon } from "../dom.js";
import { fold } from "./fold.js";
import { badge } from "./badge.js";
import { documentName, quoted, sources } from "./source.js";
import { named, t } from "../words.js";

export function doubts(record) {
  const { synthesis } = record;
  const items = (all, draw) => h("ul", { class: "items" }, all.map((one) => h("li", {}, draw(one))));
  const told = (group, one) => h("p", {}, h("strong", {}, named(group, one.kind)), " — ", h("span", { lang: synthesis.language }, one.about));
  return [
    synthesis.conflicts.length > 0 && fold("record-conflicts", t("contradictions"), synthesis.conflicts.length,
      items(synthesis.conflicts, (one) => [told("conflicting", one),
        h("div", { class: "sides" }, [one.one, one.other].map((side) => h("div", { class: "side" }, side.evidence.map((quote) => quoted(record, quote)))))]), { kind: "bad" }),
    synthesis.stale.length > 0 && fold("record-stale", t("record.stale"), synthesis.stale.length,
      items(synthesis.stale, (one) => [told("stale", one), h("div", { class: "sides" },
        h("div", { class: "side" }, h("p", { class: "hint" }, t(one.level === "to_check" ? "record.listed" : "record.old"), one.age && ` · ${one.age}`), one.old.evidence.map((quote) => quoted(record, quote))),
        one.newer && h("div", { class: "side" }, h("p", { class: "hint" }, t(one.level === "to_check" ? "record.elsewhere" : "record.newer")), one.newer.evidence.map((quote) => quoted(record, quote))))]), { kind: "warn" }),
    synthesis.questions.length > 0 && fold("record-questions", t("record.questions"), synthesis.questions.length,
      items(synthesis.questions, (one) => [h("p", { lang: synthesis.language }, one.text), one.evidence.length > 0 && sources(record, one.evidence)]), { open: false }),
    changes(record),
    synthesis.unsupported.length > 0 && fold("record-unsupported", t("record.unsupported"), synthesis.unsupported.length, [
      h("p", { class: "hint" }, t("record.unsupported.lead")),
      items(synthesis.unsupported, (one) => [h("p", { lang: synthesis.language }, h("del", {}, one.text)),
        h("p", { class: "check bad" }, icon("warning"), h("span", {}, h("strong", {}, named("rule", one.reason)), one.detail && t("detail", { detail: one.detail })))])], { open: false }),
  ];
}

function changes(record) {
  const { earlier, changes: all } = record.changes;
  if (earlier === null) return null;
  const kinds = { added: "good", removed: "bad", changed: "warn" };
  return fold("record-changes", t("record.changes", { version: earlier }), all.length,
    all.length ? h("ul", { class: "items changes" }, all.map((one) => h("li", {},
      h("p", {}, badge(null, kinds[one.kind], t(`change.${one.kind}`)), " ", h("span", { class: "hint" }, named("changed", one.what))),
      one.before === one.after ? h("p", {}, one.after) : [one.before !== null && h("p", {}, h("del", {}, one.before)), one.after !== null && h("p", {}, h("ins", {}, one.after))],
      one.fields.length > 0 && h("p", { class: "hint" }, one.fields.map((field) => named("field", field)).join(", ")),
      h("p", { class: "hint" }, one.because.length ? t("record.because") : t("record.because.none"), " ",
        one.because.map((id) => record.document(id) && h("button", { type: "button", class: "link", onclick: (event) => record.open(id, null, event.currentTarget) }, documentName(record, id)))))))
      : h("p", { class: "hint" }, t("record.changes.none")));
}
