/* What is kept, how much it is, what goes when; and that it goes now. */

import { h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { say } from "../parts/toast.js";
import { json } from "../service.js";
import { day, number, t } from "../words.js";
import { redraw } from "./refresh.js";
import { act, bytes, card, code, loading, meter, sure, table } from "./shared.js";

export async function storage(place, signal) {
  loading(place);
  const again = () => draw(place, signal, again);
  await again();
  return again;
}

async function draw(place, signal, again) {
  const [kept, state] = await Promise.all([json("/admin/retention", { signal }), json("/admin/service", { signal })]);
  const run = async () => {
    if (!(await sure(t("admin.run"), t("admin.run_about"), t("admin.run"), () => json("/admin/retention/run", { method: "POST" })))) return;
    say(t("admin.run_soon"));
    await again();
  };
  const disk = state.disk;
  redraw(place,
    card(t("admin.storage"), act("restore", t("admin.refresh"), again, { key: "refresh" }),
      h("p", {}, t("admin.sizes", { recordings: bytes(state.recordings_bytes), database: bytes(state.database_bytes) })),
      disk && meter(t("admin.disk", { free: bytes(disk.free_bytes), total: bytes(disk.total_bytes), reserve: bytes(disk.reserve_bytes) }), disk.total_bytes - disk.free_bytes, disk.total_bytes)),
    card(t("admin.retention"), act("trash", t("admin.run"), run, { key: "run" }), h("p", { class: "hint" }, t("admin.retention_hint")),
      table(t("admin.retention"), [t("admin.kind"), t("admin.keeps"), t("admin.count"), t("admin.size"), t("admin.due_now"), t("admin.due_day"), t("admin.due_week")],
        kept.kinds.map((one) => [h("strong", {}, t(`stored.${one.kind}`)), age(one.keeps_hours), number(one.count), bytes(one.bytes), number(one.due_now), number(one.due_day), number(one.due_week)]))),
    card(t("admin.next"), null, table(t("admin.next"), [t("admin.kind"), t("admin.about"), t("admin.when"), t("admin.why")],
      kept.kinds.flatMap((one) => one.next.map((going) => ({ ...going, kind: one.kind }))).sort((a, b) => (a.due < b.due ? -1 : 1)).slice(0, 20)
        .map((one) => [t(`stored.${one.kind}`), code(one.id.slice(0, 12)), day(one.due), [t(`reason.${one.reason}`), one.waits && [" ", badge(null, "warn", t("admin.waits"))]]]))));
}

const age = (hours) => (hours === null ? t("admin.until_erased") : hours < 96 ? t("admin.hours", { count: number(hours) }) : t("admin.days", { count: number(hours / 24) }));
