/* One consultation on the desk: transcript, note, and what was changed in this tab, to be undone.
   Tells "transcript", "note" and "context" when they are new, "undo" when that list is. */

import { Refused, json, versioned, who } from "./service.js";
import { attempt } from "./parts/attempt.js";
import { t } from "./words.js";

export class Work extends EventTarget {
  transcript = null; note = null; found = null;
  /** What documents of this consultation lack to be filed. */
  lacking = [];
  #transcriptMatch = "*"; #noteMatch = "*"; #contextMatch = null; #undo = []; #queue = Promise.resolve();

  constructor(id, template) {
    super();
    this.path = `/consultations/${id}`;
    this.id = id;
    this.template = template;
  }

  /** What there is of it: audio, notes, jobs. */
  async look(signal) {
    this.found = await json(this.path, { signal });
    const names = this.found.summaries.map((one) => one.template);
    if (!names.includes(this.template)) this.template = names.at(-1) ?? null;
    return this.found;
  }

  async loadTranscript() {
    const read = await versioned(`${this.path}/transcript`, { accept: "application/json" });
    this.transcript = read.content;
    this.#transcriptMatch = read.match;
    this.#tell("transcript");
  }

  async loadNote() {
    if (!this.template) return;
    this.#take(await versioned(`${this.path}/notes/${this.template}`));
  }

  async loadLacking() {
    const told = await json(`${this.path}/document-context/completeness`);
    this.lacking = told.lacking;
    this.#tell("context");
    return told;
  }

  /** Whose document it is; null when nobody told. */
  async loadContext() {
    const { version } = await this.loadLacking();
    this.#contextMatch = null;
    if (version === null) return null;
    const { content, match } = await versioned(`${this.path}/document-context`);
    this.#contextMatch = match;
    return content;
  }

  async saveContext(context) {
    await json(`${this.path}/document-context`, { method: "PUT", body: context, match: this.#contextMatch });
    await this.loadLacking();
  }

  #take({ content, match }) {
    this.note = content;
    this.#noteMatch = match;
    this.#tell("note");
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }

  /** One after the other: each needs the revision that the one before made. */
  #next(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Change the note. ``back``: the changes that undo these; none: it cannot be undone. */
  change(changes, back = null) {
    return this.#next(async () => {
      await this.#patchNote(changes);
      if (back) this.#remember(() => this.#patchNote(typeof back === "function" ? back() : back));
    });
  }

  async #patchNote(changes) {
    const path = `${this.path}/notes/${this.template}`;
    await this.#guarded(() => this.loadNote(), async () =>
      this.#take(await versioned(path, { method: "PATCH", body: { changes }, match: this.#noteMatch })));
  }

  /** Words, corrections or speakers of segments; the note's quotes follow. */
  correct(changes, back = null) {
    return this.#next(async () => {
      await this.#patchTranscript(changes);
      if (back) this.#remember(() => this.#patchTranscript(typeof back === "function" ? back() : back));
    });
  }

  async #patchTranscript(body) {
    await this.#guarded(() => this.loadTranscript(), async () => {
      await json(`${this.path}/transcript`, { method: "PATCH", body, match: this.#transcriptMatch });
    });
    await this.loadTranscript();
    await this.loadNote();
  }

  /** Names and roles: {S1: {name, role}}. */
  speakers(changes) {
    return this.#next(async () => {
      const before = Object.fromEntries(this.transcript.speakers.map(({ id, name, role }) => [id, { name: name ?? "", role }]));
      await this.#patchSpeakers(changes);
      const back = Object.fromEntries(Object.keys(changes).map((id) => [id, before[id]]));
      this.#remember(() => this.#patchSpeakers(back));
    });
  }

  async #patchSpeakers(speakers) {
    await this.#guarded(() => this.loadTranscript(), () =>
      json(`${this.path}/speakers`, { method: "PATCH", body: { speakers }, match: this.#transcriptMatch }));
    await this.loadTranscript();
  }

  review() {
    return this.#next(() => this.#act("review", undefined));
  }

  sign(signature) {
    return this.#next(() => this.#act("sign", signature));
  }

  async #act(what, body) {
    const path = `${this.path}/notes/${this.template}/${what}`;
    await this.#guarded(() => this.loadNote(), async () =>
      this.#take(await versioned(path, { method: "POST", body, match: this.#noteMatch })));
    this.#undo = [];
    this.#tell("undo");
  }

  /** When somebody else was first, what they made is shown before the error goes on. */
  async #guarded(reload, work) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused && error.status === 412) {
        this.#undo = [];
        this.#tell("undo");
        await reload();
      }
      throw error;
    }
  }

  #remember(back) {
    this.#undo.push(back);
    this.#tell("undo");
  }

  get undoable() {
    return this.#undo.length > 0;
  }

  undo() {
    return this.#next(async () => {
      const back = this.#undo.pop();
      this.#tell("undo");
      await back?.();
    });
  }

  /** The AI's words of a statement back; undone by what stood there. */
  restoreWords(statement) {
    return attempt(() => this.change([{ op: "restore", statement: statement.id }], [{ op: "edit", statement: statement.id, text: statement.text }]));
  }

  /** A removed statement back, from its entry in the history. */
  restore(edit) {
    return attempt(() => this.change([{ op: "restore", statement: edit.statement }],
      [{ op: "remove", statement: edit.statement, reason: edit.reason ?? t("undone") }]));
  }

  /** Changes that bring a statement back as it stood when it was removed. */
  puttingBack(statement) {
    if (!this.byAI(statement.id)) {
      const section = statement.id.slice(0, statement.id.lastIndexOf("."));
      const evidence = statement.evidence.map(({ anchor, quote_start, quote_end }) => ({ anchor, quote_start, quote_end }));
      return [{ op: "add", section, text: statement.text, evidence }];
    }
    const edited = this.note.edits.some((one) => one.statement === statement.id && one.kind === "edit");
    const words = edited ? [{ op: "edit", statement: statement.id, text: statement.text }] : [];
    return [{ op: "restore", statement: statement.id }, ...words];
  }

  /** Whether the AI wrote it first: only then can its words come back. */
  byAI(statement) {
    const first = this.note.edits.find((one) => one.statement === statement);
    return !first || !["add", "document", "accept"].includes(first.kind);
  }

  get writes() {
    return who().scopes.includes("consultations:write");
  }

  segment(id) {
    return this.transcript?.segments.find((one) => one.id === id) ?? null;
  }

  statements() {
    return this.note?.note.sections.flatMap((section) => section.statements) ?? [];
  }

  /** Statements that rest on words of this segment. */
  restingOn(segment) {
    return this.statements().filter((one) => one.evidence.some((quote) => quote.anchor === segment));
  }
}
