/* Where a line comes from: a press opens the document at these words. */

import { h, icon } from "../dom.js";
import { written } from "../dates.js";
import { named, t } from "../words.js";

/** The name of a document: what it is and when, else its title. */
export function documentName(record, id) {
  const one = record.document(id);
  if (!one) return id;
  const what = one.kind && one.kind !== "other" ? named("kind", one.kind) : one.title || one.file;
  return [what, written(one.date)].filter(Boolean).join(" · ");
}

/** That words were read by OCR, and how sure it is of them where it says so. */
export const ocrMark = (ocr) => ocr.confidence === null ? t("record.ocr") : t("record.ocr.sure", { sure: Math.round(ocr.confidence * 100) });

export function sourceButton(record, quote) {
  const page = quote.page ? ` · ${t("record.page", { page: quote.page })}` : "";
  return h("button", { type: "button", class: "source-link", title: quote.quote, data: { source: quote.source, anchor: quote.anchor },
    onclick: (event) => record.open(quote.source, quote, event.currentTarget) },
  icon("file"), h("span", {}, documentName(record, quote.source), page, quote.ocr && ` · ${ocrMark(quote.ocr)}`));
}

export const sources = (record, quotes) => h("span", { class: "source-links" }, quotes.map((one) => sourceButton(record, one)));

/** With the words, where they matter more than the place. */
export const quoted = (record, quote) => h("div", { class: "quoted" }, h("q", { lang: record.synthesis?.language }, quote.quote), sourceButton(record, quote));
