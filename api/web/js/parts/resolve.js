/* A check that stands in the way of signing: corrected, or answered for with a reason. */

import { h, icon } from "../dom.js";
import { attempt } from "./attempt.js";
import { askReason } from "./dialog.js";
import { named, t } from "../words.js";

export const resolveCheck = (work, statement, check) =>
  resolve(work, statement.id, check.rule, `${statement.text}`);

async function resolve(work, statement, rule, about) {
  const given = await askReason({ title: t("check.resolve.title", { rule: named("rule", rule) }), about, confirm: t("check.resolve"), suggestions: ["resolve.listened", "resolve.known"] });
  if (!given) return;
  const change = () => work.change([{ op: "resolve", statement, rule, reason: given.reason }]);
  await attempt(change, change);
}

/** Of a section or a contradiction. */
export const resolveBlocking = (work, one) =>
  h("div", { class: "check bad" }, icon("warning"), h("span", {}, h("strong", {}, named("rule", one.rule)), one.detail && t("detail", { detail: one.detail })),
    work.writes && h("button", { type: "button", class: "small", "data-key": `resolve ${one.statement} ${one.rule}`, onclick: () => resolve(work, one.statement, one.rule, one.detail) }, t("check.resolve")));
