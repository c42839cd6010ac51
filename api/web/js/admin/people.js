/* People whom the identity provider named: who came when, and who is kept out. */

import { fill, h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { field } from "../parts/dialog.js";
import { explain } from "../parts/toast.js";
import { json } from "../service.js";
import { day, t } from "../words.js";
import { act, card, code, loading, sure, table } from "./shared.js";

export async function people(place, signal, only = null) {
  loading(place);
  const { issuer, items } = await json("/admin/people", { signal });
  const redraw = () => people(place, signal);
  const row = (one) => [[code(one.id), one.own && [" ", badge("user", "plain", t("admin.own"))]], one.role ? t(`keyrole.${one.role}`) : "–",
    one.blocked ? badge("close", "bad", t("admin.blocked")) : badge("check", "good", t("admin.let_in")), day(one.last_seen), one.last_action ? day(one.last_action) : "–",
    !one.own && (one.blocked ? act("restore", t("admin.unblock"), () => json(`/admin/people/${one.id}/unblock`, { method: "POST" }).then(redraw))
      : act("close", t("admin.block"), () => sure(t("admin.block"), t("admin.block_about"), t("admin.block"), () => json(`/admin/people/${one.id}/block`, { method: "POST" })).then((done) => done && redraw()), { kind: "bad" }))];
  const subject = h("input", { type: "search", maxlength: 255, autocomplete: "off" });
  const find = h("form", { class: "filters", onsubmit: (event) => {
    event.preventDefault();
    const wanted = subject.value.trim();
    if (!wanted) return void redraw().catch(explain);
    json("/admin/people/find", { method: "POST", body: { subject: wanted } }).then((found) => people(place, signal, found.id)).catch(explain);
  } }, field(t("admin.subject"), subject, t("admin.subject_hint")), h("button", { type: "submit" }, t("admin.search")));
  fill(place, card(t("admin.people"), only && act("close", t("admin.all"), redraw), h("p", { class: "hint" }, issuer ? t("admin.people_hint", { issuer }) : t("admin.no_provider")), issuer && find,
    table(t("admin.people"), [t("admin.person"), t("admin.role"), t("admin.state"), t("admin.seen"), t("admin.acted"), null], items.filter((one) => !only || one.id === only).map(row))));
}
