/* All consultations of the organisation, newest first, and recordings that are still on this device. */

import { button, fill, h, icon } from "../dom.js";
import { json, who } from "../service.js";
import { explain } from "../parts/toast.js";
import { pendingList } from "../parts/pending.js";
import { badge, jobState, noteState } from "../parts/badge.js";
import { day, named, t } from "../words.js";

const AT_ONCE = 25;
const TOGETHER = 4;
const AGAIN = 4000;

export async function listPage(main, { signal, go }) {
  document.title = `${t("list.title")} · anamnese`;
  const rows = h("ul", { class: "rows", "aria-label": t("list.title") });
  const waiting = h("div", {});
  const end = h("div", { class: "end-of-list" });
  const writes = who().scopes.includes("consultations:write");
  main.className = "list";
  fill(main,
    h("div", { class: "headline" }, h("h1", {}, t("list.title")),
      writes && h("a", { href: "#/new", class: "button main" }, icon("plus"), h("span", {}, t("new.title")))),
    waiting, rows, end);
  await pendingList(waiting, { signal, go });
  await page(null);

  async function page(cursor) {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const got = await json(`/consultations?limit=${AT_ONCE}${query}`, { signal });
    const lines = got.items.map(line);
    rows.append(...lines.map((one) => one.row));
    fill(end, got.next_cursor
      ? button("down", t("list.more"), () => page(got.next_cursor).catch(explain))
      : !rows.children.length && empty());
    await details(lines);
  }

  /** A few at a time: each row's states are two requests. */
  async function details(lines) {
    const left = [...lines];
    const worker = async () => {
      for (let one = left.shift(); one && !signal.aborted; one = left.shift())
        await one.look().catch(() => {});
    };
    await Promise.all(Array.from({ length: TOGETHER }, worker));
    const running = lines.filter((one) => one.running);
    if (running.length && !signal.aborted)
      setTimeout(() => details(running).catch(() => {}), AGAIN);
  }

  function line(item) {
    const states = h("span", { class: "states" });
    const about = h("span", { class: "about" });
    const row = h("li", {}, h("a", { href: `#/c/${item.id}` },
      h("time", { datetime: item.created }, day(item.created)), about, states));
    const made = { row, running: false, look };
    async function look() {
      const found = await json(`/consultations/${item.id}`, { signal });
      const job = found.jobs.at(-1);
      const over = !job || ["completed", "failed", "cancelled"].includes(job.status);
      made.running = !over;
      fill(about, found.summaries.map((one) => named("template", one.template)).join(" · ")
        || (found.transcript_version ? t("list.transcript") : ""));
      const shown = [];
      if (job && job.status !== "completed") shown.push(jobState(job));
      for (const one of found.summaries) {
        const note = await json(`/consultations/${item.id}/notes/${one.template}`, { signal }).catch(() => null);
        if (note) shown.push(noteState(note), note.blocking.length > 0 && !note.signed
          && badge("warning", "warn", t("list.blocking", { count: note.blocking.length })));
      }
      fill(states, shown);
    }
    return made;
  }
}

const empty = () => h("div", { class: "empty card" }, icon("mic"), h("p", {}, t("list.empty")));
