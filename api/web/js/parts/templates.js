/* The notes that there are, and another one by one click. */

import { h } from "../dom.js";
import { json } from "../service.js";
import { follow } from "./progress.js";
import { say, explain } from "./toast.js";
import { named, t } from "../words.js";

export function templates(main, work, { signal, go }) {
  const place = h("div", { class: "templates" });
  const made = new Set(work.found.summaries.map((one) => one.template));
  json("/templates", { signal }).then(({ items }) => {
    for (const { name } of items.filter((one) => one.language === work.transcript.language)) {
      const here = name === work.template;
      if (!made.has(name) && !work.writes) continue;
      place.append(h("button", { type: "button", class: `chip ${made.has(name) ? "" : "wanted"}`, "aria-pressed": String(here),
        title: made.has(name) ? null : t("template.write"),
        onclick: () => (made.has(name) ? go(`c/${work.id}/${name}`) : write(name)) },
      made.has(name) ? "" : "+ ", named("template", name)));
    }
  }, () => {});
  return place;

  async function write(name) {
    const busy = h("div", { class: "busy" });
    try {
      const { job } = await json(`${work.path}/summaries`, { method: "POST", body: { template: name } });
      main.prepend(busy);
      const status = await follow(busy, job, { signal });
      busy.remove();
      if (signal.aborted) return;
      if (status === "completed") go(`c/${work.id}/${name}`);
      else say(t(`job.${status}`), { kind: "bad" });
    } catch (error) {
      busy.remove();
      if (!signal.aborted) explain(error);
    }
  }
}
