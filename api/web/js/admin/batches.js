/* Batches: how far each is, what failed in it, another try. */

import { button, fill, h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { explain, say } from "../parts/toast.js";
import { json } from "../service.js";
import { day, named, number, t } from "../words.js";
import { pages, redraw } from "./refresh.js";
import { act, card, code, fault, loading, meter, sure, table } from "./shared.js";

const KINDS = { running: "busy", completed: "good", cancelled: "plain" };

export async function batches(place, signal) {
  const list = h("div", { class: "admin-list" });
  let open = 1;
  const ask = (cursor) => json(`/batches?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, { signal });
  const again = async () => draw(list, await pages(ask, open), again, () => (open++, again()));
  loading(list);
  fill(place, card(t("admin.batches"), act("restore", t("admin.refresh"), again), list));
  await again();
  return again;
}

function draw(place, { rows, more }, again, further) {
  const send = (one, what) => async () => {
    await json(`/batches/${one.id}/${what}`, { method: "POST" });
    say(t(`admin.batch_${what}`));
    await again();
  };
  const row = (one) => {
    const left = one.items.waiting + one.items.active;
    return [code(one.id.slice(0, 14)), h("div", { class: "chips" }, badge(null, KINDS[one.status], named("batch", one.status)), one.items.failed > 0 && badge("warning", "bad", t("admin.failed", { count: number(one.items.failed) }))),
      meter(`${number(one.total - left)} / ${number(one.total)}`, one.total - left, one.total),
      Object.keys(one.errors).length ? h("ul", {}, Object.entries(one.errors).map(([name, count]) => h("li", {}, `${number(count)} × `, fault(name)))) : "–", day(one.created),
      h("div", { class: "chips" }, one.status !== "cancelled" && one.items.failed > 0 && act("restore", t("admin.retry_failed"), send(one, "retry"), { key: `retry-${one.id}` }),
        one.status === "running" && act("stop", t("job.cancel"), () => sure(t("job.cancel"), t("admin.batch_about"), t("job.cancel"), send(one, "cancel")), { kind: "quiet", key: `cancel-${one.id}` }))];
  };
  redraw(place, table(t("admin.batches"), [t("admin.batch"), t("admin.state"), t("admin.progress"), t("admin.failures"), t("admin.made"), null], rows.map(row)),
    more && button("down", t("list.more"), () => further().catch(explain), { "data-key": "more" }));
}
