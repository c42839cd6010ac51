/* Who changed what, when and why: the AI's words stay beside those of people. */

import { h } from "../dom.js";
import { fold } from "./fold.js";
import { day, t } from "../words.js";

export function history(work) {
  const { edits, resolutions, dismissals, note } = work.note;
  const all = [
    ...edits.map((one) => ({ ...one, what: t(`history.${one.kind}`) })),
    ...resolutions.map((one) => ({ ...one, what: t("history.resolve"), before: null, after: null })),
    ...dismissals.map((one) => ({ ...one, what: t("history.dismiss"), before: one.text, after: null })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  if (!all.length) return null;
  return fold("history", t("history"), all.length, h("ol", { class: "history" }, all.map((one) => h("li", {},
    h("p", {}, h("strong", {}, one.what), " · ", one.author.name ?? one.author.id, " · ", h("time", { datetime: one.at }, day(one.at))),
    one.before && h("p", { lang: note.language }, h("del", {}, one.before)),
    one.after && h("p", { lang: note.language }, h("ins", {}, one.after)),
    one.reason && h("p", { class: "hint" }, one.reason)))), { open: false });
}
