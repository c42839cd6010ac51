/* Words as they are spoken: a line a speaker, what may still change lighter. */

import { fill, h } from "../dom.js";
import { t } from "../words.js";

/** ``place`` is filled as ``told`` is called (see live.js). */
export function liveWords(place) {
  const lines = h("div", { class: "live-words", role: "log", "aria-live": "off", "aria-label": t("live.title"), tabindex: 0 });
  const known = [];
  fill(place, h("section", { class: "live" }, h("h2", {}, t("live.title")), h("p", { class: "hint" }, t("live.hint")), lines));

  return function told({ final, partial, speakers, first }) {
    known.push(...final);
    for (const [number, speaker] of speakers ?? []) {
      const word = known[first + number];
      if (word) word.speaker = speaker;
    }
    const end = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    fill(lines, ...grouped(known).map(line), partial ? h("p", { class: "partial" }, partial) : "");
    if (end) lines.scrollTop = lines.scrollHeight;
  };
}

/** Words whose speaker is not known yet belong to the line before. */
function grouped(words) {
  const lines = [];
  for (const { text, speaker } of words) {
    const last = lines.at(-1);
    if (last && (!speaker || !last.speaker || last.speaker === speaker)) {
      last.speaker ??= speaker;
      last.words.push(text);
    } else lines.push({ speaker, words: [text] });
  }
  return lines;
}

const line = ({ speaker, words }) =>
  h("p", {}, speaker ? h("span", { class: "live-speaker" }, `${speaker} `) : "", words.join(" "));
