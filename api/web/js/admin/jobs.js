/* What failed, by code, with another try for one or for all; and all jobs. */

import { button, fill, h } from "../dom.js";
import { jobState } from "../parts/badge.js";
import { field } from "../parts/dialog.js";
import { explain, say } from "../parts/toast.js";
import { json } from "../service.js";
import { day, named, number, t } from "../words.js";
import { act, card, code, fault, loading, select, sure, table } from "./shared.js";

const STATES = ["queued", "processing", "completed", "failed", "cancelled"];

export async function jobs(place, signal) {
  const failures = h("div", {}), list = h("div", { class: "admin-list" });
  const state = select([["", t("admin.all")], ["unsettled", t("admin.unsettled")], ...STATES.map((one) => [one, t(`job.${one}`)])], "unsettled");
  const again = () => Promise.all([byCode(failures, signal, again), all(list, state.value, signal, again)]);
  state.addEventListener("change", () => all(list, state.value, signal, again).catch(explain));
  loading(failures);
  fill(place, card(t("admin.failures"), act("restore", t("admin.refresh"), again), h("p", { class: "hint" }, t("admin.failures_hint")), failures),
    card(t("admin.jobs"), null, h("div", { class: "filters" }, field(t("admin.state"), state)), list));
  await again();
}

async function byCode(place, signal, again) {
  const { items } = await json("/admin/failures", { signal });
  const row = (one) => [fault(one.code), number(one.jobs), number(one.items), one.latest ? day(one.latest) : "–",
    one.retry_helps ? act("restore", t("admin.retry_all"), () => many(one, false).then(again)) : [h("span", { class: "hint" }, t("admin.same_input")), " ",
      act(null, t("admin.anyway"), () => sure(t("admin.anyway"), t("admin.anyway_about"), t("admin.retry_all"), () => many(one, true), "").then((done) => done && again()))]];
  fill(place, table(t("admin.failures"), [t("admin.cause"), t("admin.jobs"), t("admin.items_alone"), t("admin.latest"), null], items.map(row)));
}

async function many(one, force) {
  const done = await json("/admin/failures/retry", { method: "POST", body: { code: one.code, force } });
  say(t("admin.retried", { count: done.jobs + done.items, skipped: done.skipped, left: done.left }), { kind: done.left || done.skipped ? "warn" : "good" });
  return done;
}

async function all(place, state, signal, again, before = [], cursor = null) {
  const asked = new URLSearchParams({ limit: 30 });
  if (state === "unsettled") asked.set("unsettled", true);
  else if (state) asked.set("status", state);
  if (cursor) asked.set("cursor", cursor);
  const found = await json(`/admin/jobs?${asked}`, { signal });
  const rows = [...before, ...found.items];
  fill(place, table(t("admin.jobs"), [t("admin.job"), t("admin.kind"), t("admin.state"), t("admin.cause"), t("admin.made"), null],
    rows.map((one) => [code(one.id.slice(0, 12)), named("jobkind", one.kind), jobState(one), one.error ? h("span", { title: one.error.hint }, fault(one.error.code)) : one.step ?? "", day(one.created), acts(one, again)])),
  found.next_cursor && button("down", t("list.more"), () => all(place, state, signal, again, rows, found.next_cursor).catch(explain)));
}

function acts(one, again) {
  if (one.status === "failed") return act("restore", t("admin.retry"), () => single(one).then(again));
  if (["queued", "processing"].includes(one.status))
    return act("stop", t("job.cancel"), () => sure(t("job.cancel"), t("admin.cancel_about"), t("job.cancel"), () => json(`/jobs/${one.id}/cancel`, { method: "POST" })).then((done) => done && again()), { kind: "quiet" });
  return null;
}

async function single(one) {
  const send = (force) => json(`/jobs/${one.id}/retry?force=${force}`, { method: "POST" });
  try {
    const done = await send(false);
    say(t(done.again ? "admin.begun" : "admin.begun_before"));
  } catch (error) {
    if (error.code !== "same_input") throw error;
    if (await sure(t("admin.anyway"), t("admin.anyway_about"), t("admin.retry"), () => send(true), "")) say(t("admin.begun"));
  }
}
