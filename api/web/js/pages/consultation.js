/* One consultation: its job while there is one, then transcript, recording and note together. */

import { button, fill, h, icon } from "../dom.js";
import { Work } from "../work.js";
import { follow } from "../parts/progress.js";
import { desk } from "../parts/desk.js";
import { jobState } from "../parts/badge.js";
import { attempt } from "../parts/attempt.js";
import { Refused, ask } from "../service.js";
import { dialog } from "../parts/dialog.js";
import { day, named, t } from "../words.js";

const OVER = ["completed", "failed", "cancelled"];

export async function consultationPage(main, { values, signal, go }) {
  const [id, template] = values;
  main.className = "consultation";
  document.title = `${t("consultation")} · anamnese`;
  const work = new Work(id, template);
  try {
    await work.look(signal);
  } catch (error) {
    if (error instanceof Refused && error.status === 404)
      return fill(main, h("div", { class: "card empty" }, h("h1", {}, t("consultation.none")), h("a", { href: "#/" }, t("list.title"))));
    throw error;
  }
  await busy(main, work, { signal });
  if (signal.aborted) return undefined;
  const head = h("h1", {}, h("span", { class: "visually-hidden" }, `${t("consultation")} `), day(work.found.created));
  const back = h("a", { href: "#/", class: "back button quiet only", "aria-label": t("list.title"), title: t("list.title") }, icon("back"));
  const erase = () => eraseIt(work, go);
  if (work.found.transcript_version === null) return fill(main, h("div", { class: "headline" }, back, head), failure(work, erase));
  await work.loadTranscript();
  if (work.template) await Promise.all([work.loadNote(), work.loadLacking()]);
  if (signal.aborted) return undefined;
  return desk(main, work, { signal, go, head, back, erase });
}

/** While a job makes it, that is what there is to see. */
async function busy(main, work, { signal }) {
  const job = work.found.jobs.at(-1);
  if (!job || OVER.includes(job.status)) return;
  const place = h("div", { class: "busy" });
  fill(main, h("div", { class: "headline" }, h("h1", {}, day(work.found.created))), place);
  await follow(place, job, { signal });
  if (!signal.aborted) await work.look(signal);
}

function failure(work, erase) {
  const job = work.found.jobs.at(-1);
  const words = job?.error ? named("error", job.error.code) : "";
  return h("div", { class: "card failure" }, job && jobState(job),
    h("p", {}, words === job?.error?.code ? job.error.hint : words, job?.error && h("span", { class: "hint" }, ` (${job.error.code})`)),
    h("div", { class: "buttons" }, h("a", { href: "#/new", class: "button" }, t("new.title")), button("trash", t("erase"), erase, { class: "bad" })));
}

async function eraseIt(work, go) {
  const sure = await dialog({ title: t("erase"), confirm: t("erase"), kind: "bad", content: h("p", {}, t("erase.sure")) });
  if (sure) await attempt(async () => {
    await ask(work.path, { method: "DELETE" });
    go("");
  });
}
