/* A new record: agreement, whose it is, and the documents. */

import { button, fill, h } from "../dom.js";
import { TEMPLATES } from "../record.js";
import { launched } from "../service.js";
import { sendDocuments } from "../send_documents.js";
import { dropDocuments, sendingBar } from "../parts/drop_documents.js";
import { field } from "../parts/dialog.js";
import { explain } from "../parts/toast.js";
import { named, t } from "../words.js";

export async function newRecordPage(main, { signal, go }) {
  document.title = `${t("records.new")} · anamnese`;
  main.className = "new";
  const agreed = h("input", { type: "checkbox", id: "agreed", onchange: () => allow() });
  const patient = h("input", { name: "patient", maxlength: 200, autocomplete: "off" });
  const consent = h("input", { name: "consent", maxlength: 200, autocomplete: "off" });
  const template = h("select", { name: "template" }, TEMPLATES.map((name) => h("option", { value: name }, named("template", name))));
  const language = h("select", { name: "language" }, [["", t("records.language.any")], ["fr", "Français"], ["en", "English"]].map(([value, words]) => h("option", { value }, words)));
  const asOf = h("input", { name: "as_of", type: "date" });
  const chosen = dropDocuments(() => allow());
  const start = button("check", t("records.start"), () => begin().catch(explain), { class: "main big" });
  const first = h("p", { class: "hint" }, t("records.first"));
  const options = h("section", { class: "card", "aria-labelledby": "consent-title" },
    h("h2", { id: "consent-title" }, t("consent.title")), h("p", {}, t("records.consent")),
    h("label", { class: "tick", for: "agreed" }, agreed, h("span", {}, t("records.agreed"))),
    field(t("consent.reference"), consent, t("consent.hint")),
    // Of a launch from an EHR the patient is known.
    !launched() && field(t("records.patient"), patient, t("records.patient.hint")),
    h("div", { class: "pair" }, field(t("records.template"), template), field(t("records.language"), language)),
    h("details", {}, h("summary", {}, t("new.more")), field(t("records.as_of"), asOf, t("records.as_of.hint"))));
  const stage = h("section", { class: "stage card", "aria-label": t("record.documents") });
  const idle = () => fill(stage, chosen.element, start, first);
  fill(main, h("h1", {}, t("records.new")), h("div", { class: "new-grid" }, options, stage));
  idle();
  allow();

  function allow() {
    start.disabled = !agreed.checked || !chosen.files.length;
    first.hidden = !start.disabled;
  }

  async function begin() {
    const given = [patient, consent, template, language, asOf].map((one) => [one.name, one.value.trim()]);
    const fields = Object.fromEntries([...given, ["launch", launched()?.id ?? ""]]);
    const bar = sendingBar();
    options.inert = true;
    fill(stage, bar.element);
    try {
      const made = await sendDocuments(null, chosen.files, fields, { told: bar.told, signal });
      go(`r/${made}`);
    } catch (error) {
      options.inert = false;
      idle();
      throw error;
    }
  }
}
