/* Mend a segment: its words (their times are kept) and who spoke. */

import { h } from "../dom.js";
import { difference, textOf } from "../quotes.js";
import { attempt } from "./attempt.js";
import { field } from "./dialog.js";
import { speakerName } from "./speakers.js";
import { t } from "../words.js";

export function editSegment({ row, text, segment }, work) {
  if (row.classList.contains("editing")) return;
  row.classList.add("editing");
  const before = textOf(segment);
  const words = h("textarea", { rows: Math.max(2, Math.ceil(before.length / 50)), value: before, lang: work.transcript.language });
  const speaker = h("select", {}, work.transcript.speakers.map((one) =>
    h("option", { value: one.id, selected: one.id === segment.speaker }, speakerName(one))));
  const close = () => {
    row.classList.remove("editing");
    form.replaceWith(text);
    row.focus();
  };
  const save = async (event) => {
    event.preventDefault();
    const changed = difference(before, words.value);
    const moved = speaker.value !== segment.speaker;
    if (!changed && !moved) return close();
    const was = segment.words.slice(changed?.first ?? 0, (changed?.first ?? 0) + (changed?.count ?? 0));
    const changes = {}, back = {};
    if (changed) {
      changes.words = [{ segment: segment.id, ...changed }];
      const count = changed.text.split(" ").length;
      back.words = [{ segment: segment.id, first: changed.first, count, text: was.map((one) => one.text).join(" ") }];
    }
    if (moved) {
      changes.segments = [{ id: segment.id, speaker: speaker.value }];
      back.segments = [{ id: segment.id, speaker: segment.speaker }];
    }
    return attempt(() => work.correct(changes, back), save);
  };
  const form = h("form", { class: "mend", onsubmit: save, onkeydown: (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && event.target === words) save(event);
  } },
  field(t("segment.words"), words, t("segment.hint")), field(t("segment.speaker"), speaker),
  h("div", { class: "buttons" }, h("button", { type: "submit", class: "main" }, t("save")), h("button", { type: "button", onclick: close }, t("cancel"))));
  text.replaceWith(form);
  words.focus();
}
