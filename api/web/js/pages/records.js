/* Records of the organisation's patients, newest first. */

import { button, fill, h, icon } from "../dom.js";
import { json, who } from "../service.js";
import { explain } from "../parts/toast.js";
import { jobState } from "../parts/badge.js";
import { written } from "../dates.js";
import { day, named, plural, t } from "../words.js";

const AT_ONCE = 25;
const TOGETHER = 4;

export async function recordsPage(main, { signal }) {
  document.title = `${t("records.title")} · anamnese`;
  main.className = "list";
  const rows = h("ul", { class: "rows", "aria-label": t("records.title") });
  const end = h("div", { class: "end-of-list" });
  fill(main,
    h("div", { class: "headline" }, h("h1", {}, t("records.title")),
      who().scopes.includes("consultations:write") && h("a", { href: "#/records/new", class: "button main" }, icon("plus"), h("span", {}, t("records.new")))),
    rows, end);
  await page(null);

  async function page(cursor) {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const got = await json(`/records?limit=${AT_ONCE}${query}`, { signal });
    const lines = got.items.map(line);
    rows.append(...lines.map((one) => one.row));
    fill(end, got.next_cursor
      ? button("down", t("list.more"), () => page(got.next_cursor).catch(explain))
      : !rows.children.length && h("div", { class: "empty card" }, icon("file"), h("p", {}, t("records.empty"))));
    const left = [...lines];
    const worker = async () => {
      for (let one = left.shift(); one && !signal.aborted; one = left.shift()) await one.look().catch(() => {});
    };
    await Promise.all(Array.from({ length: TOGETHER }, worker));
  }

  function line(item) {
    const about = h("span", { class: "about" }), states = h("span", { class: "states" });
    const row = h("li", {}, h("a", { href: `#/r/${item.id}` }, h("time", { datetime: item.created }, day(item.created)), about, states));
    async function look() {
      const found = await json(`/records/${item.id}`, { signal });
      const dates = found.documents.map((one) => one.date).filter(Boolean).sort();
      const years = [...new Set([dates[0], dates.at(-1)].filter(Boolean).map((one) => written(one.slice(0, 4))))];
      const made = [...new Set(found.syntheses.map((one) => named("template", one.template)))];
      fill(about, [plural("records.documents", found.documents.length), years.join(" – "), ...made].filter(Boolean).join(" · "));
      const job = found.jobs.at(-1);
      fill(states, job && job.status !== "completed" && jobState(job));
    }
    return { row, look };
  }
}
