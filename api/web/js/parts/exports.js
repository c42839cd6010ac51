/* Files of the note and the transcript, in each format that this service offers. */

import { h, icon } from "../dom.js";
import { ask, json } from "../service.js";
import { lackingLine } from "./context.js";
import { dialog } from "./dialog.js";
import { explain } from "./toast.js";
import { t } from "../words.js";

const NOTE = [
  ["application/pdf", "PDF", "pdf"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", "docx"],
  ["application/fhir+json", "FHIR R4", "fhir.json"],
  ["x-application/hl7-v2+er7", "HL7 v2 (MDM)", "hl7"],
  ["text/markdown", "Markdown", "md"],
  ["text/plain", "export.text", "txt"],
  ["application/json", "JSON", "json"],
];
const TRANSCRIPT = [
  ["text/plain", "export.text", "txt"],
  ["text/vtt", "WebVTT", "vtt"],
  ["application/x-subrip", "SubRip", "srt"],
  ["text/x-rttm", "RTTM", "rttm"],
  ["application/json", "JSON", "json"],
];
let described = null;

/** What the service says it can answer with. */
async function offered(route) {
  described ??= await json("/openapi.json");
  const found = described.paths[`/v1/consultations/{consultation_id}/${route}`]?.get;
  return new Set(Object.keys(found?.responses?.["200"]?.content ?? {}));
}

export async function exports(work) {
  try {
    const [note, transcript] = await Promise.all([offered("notes/{template}/export"), offered("transcript")]);
    const timed = work.transcript.timed !== false;
    // Never the AI's first note: what people changed would be lost from it.
    const noteFrom = note.size ? `notes/${work.template}/export` : `notes/${work.template}`;
    const signed = work.note?.signed;
    const list = (from, formats, known, kind) => h("ul", { class: "formats" }, formats
      .filter(([media]) => known.has(media))
      .map(([media, words, end]) => h("li", {}, h("button", { type: "button", onclick: () => save(work, from, media, `${kind}.${end}`).catch(explain) }, icon("download"), h("span", {}, words.includes(".") ? t(words) : words)))));
    await dialog({ title: t("export"), confirm: null, content: [
      work.note && [h("h3", {}, t("export.note")), h("p", { class: "hint" }, t(signed ? "export.signed" : "export.draft")), lackingLine(work), list(noteFrom, NOTE, note.size ? note : new Set(["application/json"]), `note-${work.template}-${signed ? "signed" : "draft"}`)],
      h("h3", {}, t("export.transcript")),
      list("transcript", TRANSCRIPT, new Set([...transcript].filter((media) => timed || ["text/plain", "application/json"].includes(media))), "transcript-ai")] });
  } catch (error) {
    explain(error);
  }
}

/** The file's name says nothing of the patient. */
async function save(work, from, media, name) {
  const answer = await ask(`${work.path}/${from}`, { accept: media });
  const url = URL.createObjectURL(await answer.blob());
  const link = h("a", { href: url, download: `${work.id.slice(4, 12)}-${name}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
