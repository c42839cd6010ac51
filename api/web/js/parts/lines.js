/* A synthesis by section: each line with when, how old, what a reader must know, and its sources. */

import { h, icon } from "../dom.js";
import { failing } from "../checks.js";
import { badge } from "./badge.js";
import { sources } from "./source.js";
import { written } from "../dates.js";
import { named, t } from "../words.js";

const ELSEWHERE = new Set(["timeline", "results", "questions"]);
const STATES = { stopped: "record.stopped", current: "record.since", changed: "record.since", resumed: "record.since" };
const SERIOUS = new Set(["conflict", "stale", "to_check"]);

export function lines(record) {
  const { synthesis } = record;
  const shown = synthesis.sections.filter((one) => one.lines.length || (one.placeholder && !ELSEWHERE.has(one.key)));
  const silent = synthesis.sections.filter((one) => !one.lines.length && !one.placeholder && !ELSEWHERE.has(one.key));
  return h("section", { class: "synthesis card", "aria-labelledby": "synthesis-title" },
    h("h2", { id: "synthesis-title", lang: synthesis.language }, synthesis.title),
    h("p", { class: "notice" }, icon("info"), h("span", { lang: synthesis.language }, synthesis.provenance.notice)),
    shown.map((section) => h("div", { class: "record-part", data: { section: section.key } },
      h("h3", { lang: synthesis.language }, section.heading),
      section.lines.length ? h("ul", {}, section.lines.map((one) => line(record, one))) : h("p", { class: "placeholder", lang: synthesis.language }, section.placeholder))),
    silent.length > 0 && h("p", { class: "hint silent" }, t("record.unsaid"), " ", h("span", { lang: synthesis.language }, silent.map((one) => one.heading).join(", ")), "."));
}

function line(record, one) {
  const date = written(one.date);
  const when = date && (STATES[one.status] ? `${t(STATES[one.status])} ${date}` : date);
  return h("li", { class: `record-line ${one.flags.some((flag) => SERIOUS.has(flag)) ? "doubtful" : ""}`, data: { line: one.id } },
    h("p", { class: "record-text" }, h("span", { lang: record.synthesis.language }, one.text),
      one.flags.map((flag) => [" ", badge(SERIOUS.has(flag) ? "warning" : null, SERIOUS.has(flag) ? "warn" : "plain", named("flag", flag))])),
    h("p", { class: "record-about" }, h("span", { class: "hint" }, when, when && one.age && " · ", one.age && [t("record.latest"), " ", h("span", { lang: record.synthesis.language }, one.age)]), sources(record, one.evidence)),
    failing(one).map((check) => h("p", { class: "check warn" }, icon("warning"), h("span", {}, h("strong", {}, named("rule", check.rule)), check.detail && t("detail", { detail: check.detail })))));
}
