/* One record: its job while there is one, then the synthesis beside the documents it rests on. */

import { button, fill, h, icon } from "../dom.js";
import { PatientRecord, TEMPLATES } from "../record.js";
import { sendDocuments } from "../send_documents.js";
import { Refused, ask, json } from "../service.js";
import { attempt } from "../parts/attempt.js";
import { dialog } from "../parts/dialog.js";
import { documents } from "../parts/documents.js";
import { doubts } from "../parts/doubts.js";
import { dropDocuments, sendingBar } from "../parts/drop_documents.js";
import { follow } from "../parts/progress.js";
import { jobState } from "../parts/badge.js";
import { lines } from "../parts/lines.js";
import { provenance } from "../parts/provenance.js";
import { timeline } from "../parts/timeline.js";
import { trends } from "../parts/trends.js";
import { Viewer } from "../parts/viewer.js";
import { written } from "../dates.js";
import { day, named, t } from "../words.js";

export async function recordPage(main, { values, signal, go }) {
  const [id, version] = values;
  main.className = "record";
  document.title = `${t("record.title")} · anamnese`;
  const record = new PatientRecord(id, version);
  try {
    await record.look(signal);
  } catch (error) {
    if (error instanceof Refused && error.status === 404)
      return fill(main, h("div", { class: "card empty" }, h("h1", {}, t("record.gone")), h("a", { href: "#/records" }, t("records.title"))));
    throw error;
  }
  return show(main, record, { signal, go });
}

async function show(main, record, { signal, go }) {
  const head = h("h1", {}, `${t("record.title")} · ${day(record.found.created)}`);
  const back = h("a", { href: "#/records", class: "back button quiet only", "aria-label": t("records.title"), title: t("records.title") }, icon("back"));
  if (record.running) {
    const place = h("div", { class: "busy" });
    fill(main, h("div", { class: "headline" }, back, head), place);
    await follow(place, record.running, { signal });
    if (signal.aborted) return;
    // What the job made is shown, whatever was before.
    record.version = null;
    await record.look(signal);
  }
  await record.load(signal);
  if (signal.aborted) return;
  const work = async (asked) => {
    const made = await asked();
    if (!made || signal.aborted) return;
    await record.look(signal);
    await show(main, record, { signal, go });
  };
  const tools = h("div", { class: "tools" },
    record.writes && button("plus", t("record.add"), () => add(record, signal, work).catch(() => {})),
    record.writes && button("trash", t("record.erase"), () => erase(record, go), { only: true }));
  const remove = (document) => attempt(() => work(() => ask(`${record.path}/documents/${document}`, { method: "DELETE" })));
  const beside = h("div", { class: "record-side" });
  const viewer = new Viewer(record, signal);
  const failed = record.found.jobs.at(-1)?.status === "failed" && record.found.jobs.at(-1);
  fill(beside, viewer.element, documents(record, { remove }));
  fill(main, h("div", { class: "headline" }, back, head, tools),
    failed && h("p", { class: "check bad" }, jobState(failed), h("span", {}, failed.error ? named("error", failed.error.code) === failed.error.code ? failed.error.hint : named("error", failed.error.code) : "")),
    versions(record, { work, go }),
    h("div", { class: "record-desk" },
      h("div", { class: "record-main" }, record.synthesis
        ? [timeline(record, signal), doubts(record), trends(record, signal), lines(record), about(record)]
        : h("p", { class: "card" }, t("record.nothing"))),
      beside));
}

/** Templates that there are, and those that can be asked for; then the versions of this one. */
function versions(record, { work, go }) {
  const { syntheses } = record.found;
  const shown = record.shown;
  const ask_ = (template) => attempt(() => work(() => json(`${record.path}/syntheses`, { method: "POST", body: { template } })));
  const chips = TEMPLATES.map((name) => {
    const latest = syntheses.filter((one) => one.template === name).at(-1);
    if (!latest && !record.writes) return null;
    return h("button", { type: "button", class: `chip ${latest ? "" : "wanted"}`, "aria-pressed": latest ? String(shown?.template === name) : null,
      title: latest ? null : t("record.write"), data: { key: `template ${name}` },
      onclick: () => (latest ? go(`r/${record.id}/${latest.version}`) : ask_(name)) }, named("template", name));
  });
  const others = syntheses.filter((one) => one.template === shown?.template);
  const choose = h("select", { "aria-label": t("record.version"), onchange: () => go(`r/${record.id}/${choose.value}`) },
    others.map((one) => h("option", { value: one.version, selected: one.version === record.version }, t("record.version.of", { version: one.version, at: day(one.created) }))));
  return h("div", { class: "record-bar" }, h("div", { class: "chips", role: "group", "aria-label": t("record.templates") }, chips), others.length > 1 && choose,
    unread(record), shown && h("span", { class: "hint" }, t("record.as_of", { at: written(shown.as_of) })));
}

/** On a telephone the documents come last: that some were not read is said at once. */
function unread(record) {
  const count = record.found.documents.filter((one) => one.status === "refused").length;
  const see = () => {
    const list = document.querySelector("[data-fold=documents]");
    list.open = true;
    list.querySelector(".check.bad").scrollIntoView({ block: "center" });
    list.querySelector("summary").focus({ preventScroll: true });
  };
  return count > 0 && h("button", { type: "button", class: "badge bad", onclick: see }, icon("warning"), h("span", {}, t("record.unread", { count })));
}

const about = (record) => provenance({ transcript: null, note: {} }, record.synthesis);

async function add(record, signal, work) {
  const chosen = dropDocuments(() => {});
  let bar = null;
  const { template, as_of } = record.shown ?? {};
  await dialog({
    title: t("record.add"), confirm: t("records.start"),
    content: [h("p", { class: "hint" }, t("record.add.lead")), chosen.element],
    read: async (form) => {
      if (!chosen.files.length) throw new Error(t("records.first.files"));
      bar = sendingBar();
      form.querySelector(".content").append(bar.element);
      try {
        // Ages count to today again, unless another day was asked for that is still to come.
        const fields = { template, as_of: as_of > new Date().toISOString().slice(0, 10) ? as_of : "" };
        return await sendDocuments(record.id, chosen.files, fields, { told: bar.told, signal });
      } catch (error) {
        bar.element.remove();
        throw new Error(error.code ? named("error", error.code) === error.code ? `${error.message}. ${error.hint}` : named("error", error.code) : t("error.away"));
      }
    },
  }).then((made) => made && attempt(() => work(() => made)));
}

async function erase(record, go) {
  const sure = await dialog({ title: t("record.erase"), confirm: t("record.erase"), kind: "bad", content: h("p", {}, t("record.erase.sure")) });
  if (sure) await attempt(async () => {
    await ask(record.path, { method: "DELETE" });
    go("records");
  });
}
