/* A name that code corrected, or could not decide: what was heard, and the other choice. */

import { h } from "../dom.js";
import { attempt } from "./attempt.js";
import { t } from "../words.js";

export function correctionOf(correction, work) {
  const heard = correction.original.map((word) => word.text).join(" ");
  const set = (state) => attempt(() => work.correct(
    { corrections: [{ id: correction.id, state }] },
    { corrections: [{ id: correction.id, state: correction.state === "undecided" ? "undone" : correction.state }] }));
  const to = correction.state === "applied" ? "undone" : "applied";
  const words = correction.state === "applied"
    ? t("correction.heard", { heard })
    : t("correction.maybe", { name: correction.corrected.join(` ${t("or")} `) });
  return h("span", { class: "correction" }, h("span", { class: "heard" }, words),
    h("button", { type: "button", class: "link", onclick: () => set(to) }, t(to === "undone" ? "correction.undo" : "correction.apply")));
}
