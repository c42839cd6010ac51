/* The note by section. A statement that is chosen shows its quotes; a segment that is chosen marks
   the statements that rest on it. */

import { button, fill, h, icon, keepingFocus } from "../dom.js";
import { failing } from "../checks.js";
import { statementRow } from "./statement.js";
import { addStatement } from "./change.js";
import { resolveBlocking } from "./resolve.js";
import { t } from "../words.js";

export class NoteView extends EventTarget {
  #chosen = null; #resting = new Set();

  constructor(work, signal) {
    super();
    this.work = work;
    this.element = h("div", { class: "note" });
    work.addEventListener("note", () => keepingFocus(() => this.draw()), { signal });
    if (work.note) this.draw();
  }

  get editable() {
    return this.work.writes;
  }

  draw() {
    const { note } = this.work.note;
    fill(this.element,
      h("p", { class: "notice" }, icon("info"), h("span", { lang: note.language }, note.provenance.notice)),
      note.sections.map((section) => this.#section(section)),
      this.#removed());
    this.#mark();
  }

  #section(section) {
    const { language } = this.work.note.note;
    const failed = section.state === "failed";
    const blocked = this.work.note.blocking.filter((one) => one.statement === section.key);
    return h("section", { class: `part ${section.state}`, "aria-labelledby": `part-${section.key}`, data: { section: section.key } },
      h("header", {}, h("h3", { id: `part-${section.key}`, lang: language }, section.heading),
        this.editable && button("plus", t("statement.add"), () => addStatement(this.work, section), { only: true, class: "quiet add", "data-key": `add ${section.key}`, "aria-label": t("statement.add.to", { section: section.heading }) })),
      failed && h("p", { class: "check bad" }, icon("warning"), h("span", {}, t("section.failed")), section.problem && h("span", { class: "hint" }, section.problem)),
      blocked.map((one) => resolveBlocking(this.work, one)),
      section.statements.length
        ? h("ul", { class: "statements" }, section.statements.map((one) => statementRow(this, one, section)))
        : !failed && h("p", { class: "placeholder", lang: language }, section.placeholder ?? t("section.empty")));
  }

  /** What somebody took out can come back. */
  #removed() {
    const standing = new Set(this.work.statements().map((one) => one.id));
    const last = new Map(this.work.note.edits.filter((one) => one.kind === "remove").map((one) => [one.statement, one]));
    const gone = [...last.values()].filter((one) => !standing.has(one.statement) && this.work.byAI(one.statement));
    if (!gone.length) return null;
    return h("details", { class: "removed" }, h("summary", {}, t("removed", { count: gone.length })),
      h("ul", {}, gone.map((one) => h("li", {}, h("del", { lang: this.work.note.note.language }, one.before), one.reason && h("span", { class: "hint" }, ` — ${one.reason}`),
        this.editable && button("restore", t("statement.restore"), () => this.work.restore(one))))));
  }

  choose(id, { play = true } = {}) {
    this.#chosen = id;
    this.#resting.clear();
    this.#mark();
    const statement = this.work.statements().find((one) => one.id === id);
    if (statement) this.dispatchEvent(new CustomEvent("statement", { detail: { statement, play } }));
  }

  /** Statements that rest on what was chosen in the transcript. */
  rest(statements) {
    this.#chosen = null;
    this.#resting = new Set(statements.map((one) => one.id));
    this.#mark();
    const first = this.element.querySelector("li.rests");
    first?.scrollIntoView({ block: "nearest" });
  }

  get chosen() {
    return this.#chosen;
  }

  /** The next statement, or the one before; among those with something to see to only, if asked. */
  move(step, { checks = false } = {}) {
    const all = this.work.statements().filter((one) => !checks || failing(one).length > 0);
    if (!all.length) return;
    const at = all.findIndex((one) => one.id === this.#chosen);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length];
    this.choose(next.id);
    this.#row(next.id)?.querySelector("button.words")?.focus();
  }

  #row(id) {
    return this.element.querySelector(`li.statement[data-id="${CSS.escape(id)}"]`);
  }

  /** Press one of the buttons of the statement that is chosen. */
  press(what) {
    this.#chosen && this.#row(this.#chosen)?.querySelector(`[data-does="${what}"]`)?.click();
  }

  #mark() {
    for (const row of this.element.querySelectorAll("li.statement")) {
      const chosen = row.dataset.id === this.#chosen;
      row.classList.toggle("chosen", chosen);
      row.classList.toggle("rests", this.#resting.has(row.dataset.id));
      row.querySelector("button.words")?.setAttribute("aria-pressed", String(chosen));
      const quotes = row.querySelector(".quotes");
      if (quotes) quotes.hidden = !chosen;
    }
  }
}
