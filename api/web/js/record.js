/* One record on the desk: its documents, the synthesis that is shown, what was opened.
   Tells "record", "synthesis" and "open" when they are new. */

import { json, who } from "./service.js";

export const TEMPLATES = ["patient-summary", "discharge-letter", "tumour-board", "pre-visit", "patient-letter"];
const OVER = ["completed", "failed", "cancelled"];

export class PatientRecord extends EventTarget {
  found = null; synthesis = null; changes = null; version = null;
  #read = new Map();

  constructor(id, version) {
    super();
    this.id = id;
    this.path = `/records/${id}`;
    this.version = version ? Number(version) : null;
  }

  async look(signal) {
    this.found = await json(this.path, { signal });
    const versions = this.found.syntheses.map((one) => one.version);
    if (!versions.includes(this.version)) this.version = versions.at(-1) ?? null;
    return this.found;
  }

  /** The job that is at work, else null. */
  get running() {
    return this.found.jobs.find((one) => !OVER.includes(one.status)) ?? null;
  }

  get writes() {
    return who().scopes.includes("consultations:write");
  }

  async load(signal) {
    if (this.version === null) return;
    const path = `${this.path}/syntheses/${this.version}`;
    [this.synthesis, this.changes] = await Promise.all([
      json(path, { accept: "application/json", signal }), json(`${path}/changes`, { signal })]);
  }

  /** The line of the list of versions. */
  get shown() {
    return this.found.syntheses.find((one) => one.version === this.version) ?? null;
  }

  document(id) {
    return this.found.documents.find((one) => one.id === id) ?? null;
  }

  /** A document as it was read; kept, so that the next quote opens at once. */
  read(id) {
    if (!this.#read.has(id)) {
      const asked = json(`${this.path}/documents/${id}`);
      asked.catch(() => this.#read.delete(id));
      this.#read.set(id, asked);
    }
    return this.#read.get(id);
  }

  /** Open a document, at a quote when one is given. */
  open(id, quote = null, from = null) {
    this.dispatchEvent(new CustomEvent("open", { detail: { id, quote, from } }));
  }
}
