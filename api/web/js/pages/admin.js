/* For those who look after the service: is it well, what waits, batches, who did what. To read only. */

import { button, fill, h, icon } from "../dom.js";
import { badge } from "../parts/badge.js";
import { Refused, ask, json } from "../service.js";
import { explain } from "../parts/toast.js";
import { day, named, number, t } from "../words.js";

const SHOWN = /^anamnese_(jobs|jobs_failed|jobs_held_back|jobs_running|queue_depth|queue_oldest_seconds|workers|steps_stuck|store_bytes|gpu_memory_used_bytes|database_up)(\{[^}]*\})? ([0-9.e+]+)$/;

export async function adminPage(main, { signal }) {
  document.title = `${t("admin.title")} · anamnese`;
  main.className = "admin";
  const places = { health: h("div", {}), queue: h("div", {}), batches: h("div", {}), audit: h("div", {}) };
  const card = (name) => h("section", { class: "card", "aria-labelledby": `admin-${name}` }, h("h2", { id: `admin-${name}` }, t(`admin.${name}`)), places[name]);
  fill(main, h("h1", {}, t("admin.title")), h("p", { class: "hint" }, t("admin.lead")), h("div", { class: "admin-grid" }, Object.keys(places).map(card)));
  const all = [health(places.health, signal), queue(places.queue, signal), batches(places.batches, signal), audit(places.audit, signal)];
  for (const done of await Promise.allSettled(all)) if (done.status === "rejected" && !signal.aborted) explain(done.reason);
}

/** anamnese_queue_depth{priority="batch",queue="notes"} in words. */
const measure = ([, name, labels]) => [named("admin.metric", name), ...[...(labels ?? "").matchAll(/"([^"]*)"/g)].map((found) => ` · ${found[1]}`)];

/** Null for what this key may not see. */
async function allowed(work, place) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused && [401, 403, 404].includes(error.status))) throw error;
    fill(place, h("p", { class: "hint" }, t("admin.not_allowed")));
    return null;
  }
}

const table = (heads, rows) => h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": heads.join(", ") }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))));

async function health(place, signal) {
  const answer = await fetch("/health/ready", { signal, cache: "no-store" });
  const { status, checks } = await answer.json();
  const kinds = { ok: "good", degraded: "warn", failing: "bad" };
  fill(place, badge(null, kinds[status] ?? "plain", t(`health.${status}`)), table([t("admin.part"), t("admin.state")], Object.entries(checks)));
}

async function queue(place, signal) {
  const text = await allowed(async () => (await ask("/metrics", { signal })).text(), place);
  if (text === null) return;
  const shown = text.split("\n").map((line) => SHOWN.exec(line)).filter(Boolean);
  fill(place, table([t("admin.measure"), t("admin.value")], shown.map((found) => [measure(found), number(Number(found[3]))])));
}

async function batches(place, signal) {
  const found = await allowed(() => json("/batches?limit=20", { signal }), place);
  if (!found) return;
  fill(place, found.items.length ? table([t("admin.batch"), t("admin.made"), t("admin.state"), t("admin.items")], found.items.map((one) => [h("code", {}, one.id), day(one.created), one.status, Object.entries(one.items).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`).join(" · ")])) : h("p", { class: "hint" }, t("admin.none")));
}

async function audit(place, signal, after = 0, rows = []) {
  const found = await allowed(() => json(`/audit?limit=100&after=${after}`, { signal }), place);
  if (!found) return;
  const all = [...rows, ...found.items];
  const wanted = h("input", { type: "search", "aria-label": t("admin.search"), placeholder: t("admin.search") });
  const list = h("div", {});
  const draw = () => fill(list, table([t("admin.when"), t("admin.who"), t("admin.what"), t("admin.about")], all.filter((one) => `${one.actor} ${one.action} ${one.subject}`.includes(wanted.value.trim())).reverse().slice(0, 200).map((one) => [day(one.at), h("code", {}, one.actor), one.action, h("code", {}, one.subject)])));
  wanted.addEventListener("input", draw);
  draw();
  fill(place, wanted, list, found.next_after && button("down", t("list.more"), () => audit(place, signal, found.next_after, all).catch(explain)), h("p", { class: "hint" }, icon("info"), t("admin.verify")));
}
