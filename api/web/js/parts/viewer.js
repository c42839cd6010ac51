/* A document as it was read, paragraph by paragraph, with the quoted words lit and in view. */

import { button, fill, h, icon } from "../dom.js";
import { ask } from "../service.js";
import { ocrMark } from "./source.js";
import { explain } from "./toast.js";
import { written } from "../dates.js";
import { named, t } from "../words.js";

export class Viewer {
  #turn = 0;

  constructor(record, signal) {
    this.record = record;
    this.element = h("section", { class: "viewer card", hidden: true, "aria-labelledby": "viewer-title" });
    record.addEventListener("open", (event) => this.open(event.detail).catch(explain), { signal });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  async open({ id, quote, from }) {
    const turn = ++this.#turn;
    const read = await this.record.read(id);
    if (turn !== this.#turn) return;
    this.from = from ?? document.activeElement;
    const about = [named("kind", read.kind), written(read.date), read.pages && t("record.pages", { count: read.pages })];
    const title = h("h2", { id: "viewer-title", tabindex: -1 }, read.title || read.file);
    const words = h("div", { class: "viewer-words", tabindex: 0, role: "region", "aria-label": t("record.words"), lang: read.language }, paragraphs(read, quote));
    fill(this.element,
      h("header", {}, title,
        button("download", t("record.original"), () => save(this.record, id, read.file).catch(explain), { only: true, class: "quiet" }),
        button("close", t("close"), () => this.close(), { only: true, class: "quiet" })),
      h("p", { class: "hint" }, about.filter(Boolean).join(" · ")),
      read.warnings.map((one) => h("p", { class: "check warn" }, icon("warning"), h("span", {}, one))),
      quote && !words.querySelector("mark") && h("p", { class: "check bad", role: "alert" }, icon("warning"), h("span", {}, t("record.moved"))),
      words);
    this.element.hidden = false;
    this.element.parentElement.classList.add("opened");
    title.focus({ preventScroll: true });
    const mark = words.querySelector("mark");
    // On a wide page the pane stays in view by itself; within it, the words go to the middle.
    if (mark) words.scrollTop += mark.getBoundingClientRect().top - words.getBoundingClientRect().top - words.clientHeight / 3;
    else words.scrollTop = 0;
    // On a narrow one it lies over the page: what was pressed stays in view above it.
    if (getComputedStyle(this.element).position === "fixed") return this.from?.scrollIntoView({ block: "start" });
    const box = this.element.getBoundingClientRect();
    if (box.top < 0 || box.top > innerHeight / 2) this.element.scrollIntoView({ block: "start" });
  }

  close() {
    this.#turn++;
    this.element.hidden = true;
    this.element.parentElement.classList.remove("opened");
    if (this.from?.isConnected) this.from.focus();
  }
}

function paragraphs(read, quote) {
  let page = null;
  return read.paragraphs.map((one) => {
    const turned = one.page && one.page !== page && h("p", { class: "page-mark" }, t("record.page", { page: one.page }));
    page = one.page ?? page;
    return [turned, h("p", { class: `para ${one.kind}`, data: { anchor: one.id } }, quote?.anchor === one.id ? lit(one.text, quote) : one.text), seen(one.ocr)];
  });
}

/** Words that OCR read in a picture are to be compared with it, the doubtful ones first. */
function seen(ocr) {
  return ocr && h("p", { class: "hint ocr" }, icon("warning"), h("span", {}, ocrMark(ocr),
    ocr.doubtful.length > 0 && ` · ${t("record.ocr.doubtful", { words: ocr.doubtful.join(", ") })}`));
}

/** Offsets count characters, of which a browser's text has two units for some. Nothing is lit
    unless the words are those that were quoted. */
function lit(text, quote) {
  const all = Array.from(text);
  const cut = (from, to) => all.slice(from, to).join("");
  const said = cut(quote.quote_start, quote.quote_end);
  if (said !== quote.quote) return text;
  return [cut(0, quote.quote_start), h("mark", {}, said), cut(quote.quote_end)];
}

async function save(record, id, file) {
  const answer = await ask(`${record.path}/documents/${id}/original`);
  const url = URL.createObjectURL(await answer.blob());
  h("a", { href: url, download: file.split("/").at(-1) }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
