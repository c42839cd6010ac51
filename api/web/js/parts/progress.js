/* A job as it goes: its steps, how far each is, cancel. */

import { button, fill, h, icon } from "../dom.js";
import { progress } from "../events.js";
import { json } from "../service.js";
import { explain } from "./toast.js";
import { named, t } from "../words.js";

const STEPS = {
  consultation: ["decode", "recognise", "diarise", "summarise"],
  transcript: ["decode", "recognise", "diarise"],
  summary: ["summarise"],
  synthesis: ["read", "map"],
};

/** Resolves with the job's last status. */
export async function follow(place, job, { signal }) {
  const steps = STEPS[job.kind].map((name) => ({ name, ...line(name) }));
  const words = h("p", { class: "hint", role: "status" }, t(`job.${job.status}`));
  const cancel = button("close", t("job.cancel"), () =>
    json(`/jobs/${job.id}/cancel`, { method: "POST" }).catch(explain));
  fill(place, h("section", { class: "progress card", "aria-labelledby": "progress" },
    h("h2", { id: "progress" }, t(job.kind === "synthesis" ? "job.synthesis" : "job.title")), h("ol", { class: "steps" }, steps.map((one) => one.row)), words, cancel));
  let status = job.status, at = -1;
  const away = (is) => { if (is) words.textContent = t("job.away"); };
  for await (const event of progress(job.id, { signal, away })) {
    status = event.status;
    const found = steps.findIndex((one) => one.name === event.step);
    if (found >= 0) at = found;
    steps.forEach((one, number) => {
      const done = number < at || status === "completed";
      one.row.className = done ? "done" : number === at ? "now" : "";
      if (number === at && !done && event.step === one.name && event.progress > 0) one.bar.value = event.progress;
      else if (done) one.bar.value = 1;
      else if (number === at) one.bar.removeAttribute("value");
    });
    words.textContent = event.step && status === "processing" ? named("step", event.step) : t(`job.${status}`);
  }
  return status;
}

function line(name) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": named("step", name) });
  return { bar, row: h("li", {}, h("span", { class: "tick-place" }, icon("check")), h("span", {}, named("step", name)), bar) };
}
