/* Is it well: parts, queues, workers with their models and cards. */

import { h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { json } from "../service.js";
import { day, named, number, t } from "../words.js";
import { redraw } from "./refresh.js";
import { act, bytes, card, code, loading, meter, table } from "./shared.js";

const HEALTH = { ok: "good", degraded: "warn", failing: "bad" };

export async function overview(place, signal) {
  loading(place);
  const again = () => draw(place, signal, again);
  await again();
  return again;
}

async function draw(place, signal, again) {
  const [answer, state] = await Promise.all([fetch("/health/ready", { signal, cache: "no-store" }), json("/admin/service", { signal })]);
  const { status, checks } = await answer.json();
  const held = state.workers.filter((one) => one.lease === "held").length;
  const waiting = state.queues.reduce((sum, one) => sum + one.waiting, 0);
  const tile = (words, value) => h("div", { class: "card tile" }, h("dt", {}, words), h("dd", {}, value));
  redraw(place,
    h("dl", { class: "tiles" }, tile(t("admin.waiting"), number(waiting)), tile(t("job.processing"), number(state.jobs.processing ?? 0)),
      tile(t("job.failed"), number(state.jobs.failed ?? 0)), tile(t("admin.workers"), number(held)), state.disk && tile(t("admin.free"), bytes(state.disk.free_bytes))),
    card(t("admin.health"), [badge(null, HEALTH[status] ?? "plain", t(`health.${status}`)), act("restore", t("admin.refresh"), again, { key: "refresh" })],
      table(t("admin.health"), [t("admin.part"), t("admin.state")], Object.entries(checks).map(([part, found]) => [named("part", part), found === "ok" ? badge("check", "good", "ok") : found]))),
    card(t("admin.queues"), null, table(t("admin.queues"), [t("admin.queue"), t("admin.priority"), t("admin.waiting"), t("admin.oldest")],
      state.queues.map((one) => [named("queue", one.queue), named("priority", one.priority), number(one.waiting), one.waiting ? t("admin.seconds", { count: number(one.oldest_seconds, 0) }) : "–"]))),
    card(t("admin.workers"), null, table(t("admin.workers"), [t("admin.worker"), t("admin.state"), t("admin.models"), t("admin.cards"), t("admin.has"), t("admin.seen")],
      state.workers.map((one) => [code(one.id), lease(one), one.models.map((name) => h("div", {}, code(name))), cards(one), number(one.jobs), day(one.seen)]))));
}

const lease = (one) => h("div", { class: "chips" }, one.lease === "held" ? badge("check", "good", t("admin.held")) : badge("warning", "bad", t("admin.late")),
  [["weights", one.weights], ["language_model", one.language_model]].filter(([, said]) => said !== "ok").map(([part, said]) => badge("warning", "warn", `${t(`admin.${part}`)}: ${named("said", said)}`)));

const cards = (one) => (one.cards.length ? one.cards.map((found) => meter(`${found.device} · ${bytes(found.used_bytes)} / ${bytes(found.total_bytes)}`, found.used_bytes, found.total_bytes)) : h("span", { class: "hint" }, t("admin.no_card")));
