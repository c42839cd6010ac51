/* Names and roles of those who speak. */

import { h } from "../dom.js";
import { attempt } from "./attempt.js";
import { dialog, field } from "./dialog.js";
import { named, t } from "../words.js";

const ROLES = ["clinician", "patient", "companion", "unknown"];

export const speakerName = (speaker) =>
  speaker.name ?? (speaker.role === "unknown" ? speaker.id : named("role", speaker.role));

export async function editSpeakers(work) {
  const rows = work.transcript.speakers.map((speaker) => ({
    speaker,
    name: h("input", { value: speaker.name ?? "", maxlength: 200, autocomplete: "off" }),
    role: h("select", {}, ROLES.map((one) => h("option", { value: one, selected: one === speaker.role }, named("role", one)))),
  }));
  const given = await dialog({ title: t("speakers.title"), confirm: t("save"),
    content: rows.map(({ speaker, name, role }) => h("fieldset", {}, h("legend", {}, speaker.id),
      h("p", { class: "hint" }, first(work, speaker.id)),
      h("div", { class: "pair" }, field(t("speakers.name"), name), field(t("speakers.role"), role)))),
    read: () => Object.fromEntries(rows
      .filter(({ speaker, name, role }) => name.value.trim() !== (speaker.name ?? "") || role.value !== speaker.role)
      .map(({ speaker, name, role }) => [speaker.id, {
        ...(name.value.trim() !== (speaker.name ?? "") ? { name: name.value.trim() } : {}),
        ...(role.value !== speaker.role ? { role: role.value } : {}),
      }])) });
  if (!given || !Object.keys(given).length) return;
  const change = () => work.speakers(given);
  await attempt(change, change);
}

/** The first words of a voice, to know it by. */
function first(work, id) {
  const segment = work.transcript.segments.find((one) => one.speaker === id);
  return segment ? `« ${segment.words.slice(0, 12).map((word) => word.text).join(" ")}… »` : "";
}
