/* A new consultation: agreement first, then the microphone or files. */

import { button, fill, h, icon } from "../dom.js";
import * as kept from "../kept.js";
import { json, launched, owner } from "../service.js";
import { field } from "../parts/dialog.js";
import { recording } from "../parts/recording.js";
import { sending } from "../parts/sending.js";
import { canRecord } from "../recorder.js";
import { explain, say } from "../parts/toast.js";
import { named, t } from "../words.js";

export async function newPage(main, { signal, go }) {
  document.title = `${t("new.title")} · anamnese`;
  main.className = "new";
  const { items } = await json("/templates", { signal });
  const agreed = h("input", { type: "checkbox", id: "agreed", onchange: () => allow() });
  const consent = h("input", { name: "consent", maxlength: 200, autocomplete: "off" });
  const language = h("select", { name: "language", onchange: () => offer() },
    [["", t("new.detect")], ["fr", "Français"], ["en", "English"]].map(([value, words]) => h("option", { value }, words)));
  const template = h("select", { name: "template" });
  const speakers = h("select", { name: "speakers" },
    [["", t("new.speakers.any")], ["2", "2"], ["3", "3"], ["2-4", "2 – 4"]].map(([value, words]) => h("option", { value }, words)));
  const vocabulary = h("input", { name: "vocabulary", maxlength: 2000, autocomplete: "off" });
  const start = button("mic", t("record.start"), () => record(), { class: "main big" });
  const file = h("input", { type: "file", multiple: true, id: "files", class: "hidden-file",
    accept: "audio/*,video/*,.m4a,.flac,.ogg,.opus,.wma,.amr", onchange: () => take([...file.files]) });
  const drop = h("label", { for: "files", class: "drop" }, icon("file"), h("strong", {}, t("new.drop")), h("span", {}, t("new.choose")));
  const stage = h("section", { class: "stage card", "aria-label": t("new.stage") });
  const options = h("section", { class: "card", "aria-labelledby": "consent-title" },
    h("h2", { id: "consent-title" }, t("consent.title")),
    h("p", {}, t("consent.text")),
    h("label", { class: "tick", for: "agreed" }, agreed, h("span", {}, t("consent.agreed"))),
    field(t("consent.reference"), consent, t("consent.hint")),
    h("div", { class: "pair" }, field(t("new.language"), language), field(t("new.template"), template)),
    h("details", {}, h("summary", {}, t("new.more")),
      h("div", { class: "pair" }, field(t("new.speakers"), speakers), field(t("new.vocabulary"), vocabulary, t("new.vocabulary.hint")))));
  offer();
  idle();
  fill(main, h("h1", {}, t("new.title")), h("div", { class: "new-grid" }, options, stage));

  function offer() {
    const spoken = language.value;
    const known = [...new Set(items.filter((one) => !spoken || one.language === spoken).map((one) => one.name))];
    fill(template, h("option", { value: "" }, t("new.usual")), known.map((name) => h("option", { value: name }, named("template", name))));
  }

  function idle() {
    fill(stage, canRecord() ? start : h("p", { class: "hint" }, t("record.cannot")),
      h("p", { class: "or" }, t("or")), file, drop, h("p", { class: "hint", id: "first" }, t("consent.first")));
    drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
    drop.ondragleave = () => drop.classList.remove("over");
    drop.ondrop = (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      take([...event.dataTransfer.files]);
    };
    allow();
  }

  function allow() {
    start.disabled = file.disabled = !agreed.checked;
    drop.classList.toggle("off", !agreed.checked);
    const first = document.getElementById("first");
    if (first) first.hidden = agreed.checked;
  }

  function fields() {
    const given = [consent, language, template, speakers, vocabulary].map((one) => [one.name, one.value.trim()]);
    // With the recording, not with the session: it may be sent in a later one, about somebody else.
    return Object.fromEntries([...given, ["launch", launched()?.id ?? ""]]);
  }

  async function record() {
    options.inert = true;
    const made = await recording(stage, { fields: fields(), signal });
    if (made?.job) return signal.aborted ? null : go(`c/${made.consultation}`);
    if (made) return sending(stage, made, { signal, go });
    options.inert = false;
    return idle();
  }

  async function take(files) {
    if (!agreed.checked) return say(t("consent.first"), { kind: "bad" });
    const made = [];
    for (const one of files) {
      // The name often names the patient: it is not kept.
      const entry = kept.begin(owner(), fields(), one.type || "application/octet-stream");
      entry.state = "ready";
      await kept.append(entry, 0, one).catch(explain);
      if (entry.bytes) made.push(entry);
    }
    if (!made.length) return null;
    options.inert = true;
    const places = made.map(() => h("div", {}));
    fill(stage, places);
    const where = made.length === 1 ? go : () => {};
    const all = made.map((entry, number) => sending(places[number], entry, { signal, go: where }));
    await Promise.all(all);
    if (made.length > 1 && !signal.aborted) go("");
    return null;
  }
}
