/* What made the note: models, prompts, settings. */

import { h } from "../dom.js";
import { fold } from "./fold.js";
import { day, named, t } from "../words.js";

export function provenance(work, note) {
  const { provenance: made } = note;
  const short = (sha) => (sha ? h("code", { title: sha }, sha.slice(0, 12)) : "–");
  const row = (name, value) => [h("dt", {}, name), h("dd", {}, value)];
  return fold("provenance", t("provenance"), null, [
    h("dl", { class: "facts" },
      row(t("provenance.product"), `${made.product} ${made.version}`), row(t("provenance.created"), day(made.created)),
      row(t("provenance.quality"), named("quality", made.quality)),
      [...(work.transcript?.provenance.models ?? []), ...made.models].map((one) => row(named("task", one.task), [`${one.name} · ${one.engine} · `, short(one.sha256)])),
      Object.entries(made.prompts).map(([name, sha]) => row(name, short(sha))),
      row(t("provenance.settings"), short(made.settings_sha256)), row(t("provenance.input"), short(made.input_sha256)),
      work.note.content_sha256 && row(t("provenance.content"), short(work.note.content_sha256))),
  ], { open: false });
}
