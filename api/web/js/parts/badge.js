/* States, always as words beside their colour. */

import { h, icon } from "../dom.js";
import { t } from "../words.js";

export const badge = (drawing, kind, words) =>
  h("span", { class: `badge ${kind}` }, drawing && icon(drawing), h("span", {}, words));

const JOBS = { queued: "plain", processing: "busy", completed: "good", failed: "bad", cancelled: "plain" };
const NOTES = { draft: ["edit", "plain"], reviewed: ["check", "busy"], signed: ["sign", "good"], amended: ["sign", "good"] };

export const jobState = (job) => badge(null, JOBS[job.status], t(`job.${job.status}`));

export function noteState(version) {
  const [drawing, kind] = NOTES[version.state];
  return badge(drawing, kind, t(`state.${version.state}`));
}

/** Who wrote it, when it was no machine. */
export const byPerson = (author) => author && badge("user", "plain", author.name ?? author.id);
