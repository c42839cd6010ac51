/* The documents of a record: what each is, and why one could not be read. */

import { button, h, icon } from "../dom.js";
import { dialog } from "./dialog.js";
import { fold } from "./fold.js";
import { badge } from "./badge.js";
import { written } from "../dates.js";
import { named, t } from "../words.js";

export function documents(record, { remove }) {
  const all = [...record.found.documents].sort((a, b) => ((a.date ?? "9") < (b.date ?? "9") ? -1 : 1));
  return fold("documents", t("record.documents"), all.length, h("ul", { class: "documents" }, all.map((one) => row(record, one, remove))));
}

function row(record, one, remove) {
  const name = one.title || one.file;
  const about = [one.kind && named("kind", one.kind), written(one.date), one.pages && t("record.pages", { count: one.pages })];
  const sure = async () => {
    const given = await dialog({ title: t("record.remove"), confirm: t("record.remove"), kind: "bad", content: [h("blockquote", {}, name), h("p", {}, t("record.remove.sure"))] });
    if (given) await remove(one.id);
  };
  return h("li", { data: { document: one.id } },
    h("div", { class: "document-line" },
      one.status === "read"
        ? h("button", { type: "button", class: "link", onclick: (event) => record.open(one.id, null, event.currentTarget) }, name)
        : h("span", {}, name),
      one.status === "refused" && badge("warning", "bad", t("record.refused")),
      one.status === "pending" && badge(null, "plain", t("job.queued")),
      record.writes && button("trash", `${t("record.remove")} : ${name}`, sure, { only: true, class: "quiet small" })),
    h("p", { class: "hint" }, about.filter(Boolean).join(" · ")),
    one.code && h("p", { class: "check bad" }, icon("warning"), h("span", {}, h("code", {}, one.code), " ", named("refusal", one.code) === one.code ? one.hint : named("refusal", one.code))),
    one.warnings.map((words) => h("p", { class: "hint" }, words)));
}
