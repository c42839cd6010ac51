/* Treatments and measurements, read from the transcript by rules: each row with its quotes. */

import { h, icon } from "../dom.js";
import { failed } from "../checks.js";
import { fold } from "./fold.js";
import { clock, named, t } from "../words.js";

export function tables(work, note) {
  const of = (key, rows, heads, cells) => rows.length > 0 && fold(key, t(key), rows.length,
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t(key) }, h("table", {},
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, cell)), h("td", {}, sources(row, work))))))), { open: false });
  return [
    of("treatments", note.treatments, [t("table.drug"), t("table.status"), t("table.dose"), t("table.source")], (row) => [
      [h("strong", {}, row.drug), row.inn.toLowerCase() !== row.drug.toLowerCase() && h("span", { class: "hint" }, ` ${row.inn}`), row.spelling < 1 && h("span", { class: "hint", title: t("table.sound") }, " ?")],
      named("treatment", row.status),
      [[row.dose, row.count, row.frequency, row.duration].filter(Boolean).map((one) => one.text).join(", "), row.reaction && ` ${row.reaction}`, warned(row)]]),
    of("measurements", note.measurements, [t("table.measure"), t("table.value"), t("table.said"), t("table.source")], (row) => [
      row.name === row.kind ? named("measurement", row.kind) : row.name,
      [h("strong", {}, row.text), !row.plausible && h("span", { class: "check warn" }, icon("warning"), t("table.implausible")), warned(row)],
      named("role", row.said_by)]),
  ];
}

const warned = (row) => row.checks.filter(failed).map((check) =>
  h("span", { class: "check warn" }, icon("warning"), named("rule", check.rule), check.detail && t("detail", { detail: check.detail })));

const sources = (row, work) => row.evidence.map((quote) => {
  const timed = quote.start_ms !== null && quote.start_ms !== undefined;
  return h("button", { type: "button", class: "link", title: quote.quote, "aria-label": t("table.play", { quote: quote.quote }),
    onclick: (event) => event.currentTarget.dispatchEvent(new CustomEvent("quote", { bubbles: true, detail: quote })) },
  timed ? clock(quote.start_ms / 1000) : quote.anchor);
});
