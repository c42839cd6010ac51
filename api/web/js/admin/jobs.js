/* What failed, by code, with another try for one or for all; and all jobs. */

import { button, fill, h } from "../dom.js";
import { jobState } from "../parts/badge.js";
import { field } from "../parts/dialog.js";
import { explain, say } from "../parts/toast.js";
import { json } from "../service.js";
import { day, named, number, t } from "../words.js";
import { pages, redraw } from "./refresh.js";
import { act, card, code, fault, loading, select, sure, table } from "./shared.js";

const STATES = ["queued", "processing", "completed", "failed", "cancelled"];

export async function jobs(place, signal) {
  const failures = h("div", {}), list = h("div", { class: "admin-list" });
  const state = select([["", t("admin.all")], ["unsettled", t("admin.unsettled")], ...STATES.map((one) => [one, t(`job.${one}`)])], "unsettled");
  let open = 1;
  const listed = async () => {
    const wanted = state.value;
    const found = await pages((cursor) => json(`/admin/jobs?${query(wanted, cursor)}`, { signal }), open);
    if (wanted === state.value) all(list, found, again, () => (open++, listed()));
  };
  const again = () => Promise.all([byCode(failures, signal, again), listed()]);
  state.addEventListener("change", () => {
    open = 1;
    listed().catch(explain);
  });
  loading(failures);
  fill(place, card(t("admin.failures"), act("restore", t("admin.refresh"), again), h("p", { class: "hint" }, t("admin.failures_hint")), failures),
    card(t("admin.jobs"), null, h("div", { class: "filters" }, field(t("admin.state"), state)), list));
  await again();
  return again;
}

async function byCode(place, signal, again) {
  const { items } = await json("/admin/failures", { signal });
  const row = (one) => [fault(one.code), number(one.jobs), number(one.items), one.latest ? day(one.latest) : "–",
    one.retry_helps ? act("restore", t("admin.retry_all"), () => many(one, false).then(again), { key: `all-${one.code}` }) : [h("span", { class: "hint" }, t("admin.same_input")), " ",
      act(null, t("admin.anyway"), () => sure(t("admin.anyway"), t("admin.anyway_about"), t("admin.retry_all"), () => many(one, true), "").then((done) => done && again()), { key: `all-${one.code}` })]];
  redraw(place, table(t("admin.failures"), [t("admin.cause"), t("admin.jobs"), t("admin.items_alone"), t("admin.latest"), null], items.map(row)));
}

async function many(one, force) {
  const done = await json("/admin/failures/retry", { method: "POST", body: { code: one.code, force } });
  say(t("admin.retried", { count: done.jobs + done.items, skipped: done.skipped, left: done.left }), { kind: done.left || done.skipped ? "warn" : "good" });
  return done;
}

function query(state, cursor) {
  const asked = new URLSearchParams({ limit: 30 });
  if (state === "unsettled") asked.set("unsettled", true);
  else if (state) asked.set("status", state);
  if (cursor) asked.set("cursor", cursor);
  return asked;
}

function all(place, { rows, more }, again, further) {
  redraw(place, table(t("admin.jobs"), [t("admin.job"), t("admin.kind"), t("admin.state"), t("admin.cause"), t("admin.made"), null],
    rows.map((one) => [code(one.id.slice(0, 12)), named("jobkind", one.kind), jobState(one), one.error ? h("span", { title: one.error.hint }, fault(one.error.code)) : one.step ?? "", day(one.created), acts(one, again)])),
  more && button("down", t("list.more"), () => further().catch(explain), { "data-key": "more" }));
}

function acts(one, again) {
  const key = `job-${one.id}`;
  if (one.status === "failed") return act("restore", t("admin.retry"), () => single(one).then(again), { key });
  if (["queued", "processing"].includes(one.status))
    return act("stop", t("job.cancel"), () => sure(t("job.cancel"), t("admin.cancel_about"), t("job.cancel"), () => json(`/jobs/${one.id}/cancel`, { method: "POST" })).then((done) => done && again()), { kind: "quiet", key });
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
