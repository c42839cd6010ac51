/* People whom the identity provider named: who came when, and who is kept out. */

import { fill, h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { field } from "../parts/dialog.js";
import { explain } from "../parts/toast.js";
import { json } from "../service.js";
import { day, t } from "../words.js";
import { redraw } from "./refresh.js";
import { act, card, code, loading, sure, table } from "./shared.js";

export async function people(place, signal) {
  const list = h("div", { class: "admin-list" }), whole = h("div", { class: "chips" });
  let only = null;
  const ask = () => json("/admin/people", { signal });
  const again = async () => draw(await ask());
  const draw = ({ items }) => {
    redraw(whole, only && act("close", t("admin.all"), () => (only = null, again()), { key: "everybody" }));
    redraw(list, table(t("admin.people"), [t("admin.person"), t("admin.role"), t("admin.state"), t("admin.seen"), t("admin.acted"), null],
      items.filter((one) => !only || one.id === only).map((one) => row(one, again))));
  };
  const subject = h("input", { type: "search", maxlength: 255, autocomplete: "off" });
  const find = h("form", { class: "filters", onsubmit: (event) => {
    event.preventDefault();
    look(subject.value.trim()).catch(explain);
  } }, field(t("admin.subject"), subject, t("admin.subject_hint")), h("button", { type: "submit" }, t("admin.search")));
  const look = async (wanted) => {
    only = wanted ? (await json("/admin/people/find", { method: "POST", body: { subject: wanted } })).id : null;
    await again();
  };
  loading(place);
  const found = await ask();
  fill(place, card(t("admin.people"), whole, h("p", { class: "hint" }, found.issuer ? t("admin.people_hint", { issuer: found.issuer }) : t("admin.no_provider")), found.issuer && find, list));
  draw(found);
  return again;
}

function row(one, again) {
  const key = `block-${one.id}`;
  const unblock = () => json(`/admin/people/${one.id}/unblock`, { method: "POST" }).then(again);
  const block = () => sure(t("admin.block"), t("admin.block_about"), t("admin.block"), () => json(`/admin/people/${one.id}/block`, { method: "POST" })).then((done) => done && again());
  return [[code(one.id), one.own && [" ", badge("user", "plain", t("admin.own"))]], one.role ? t(`keyrole.${one.role}`) : "–",
    one.blocked ? badge("close", "bad", t("admin.blocked")) : badge("check", "good", t("admin.let_in")), day(one.last_seen), one.last_action ? day(one.last_action) : "–",
    !one.own && (one.blocked ? act("restore", t("admin.unblock"), unblock, { key }) : act("close", t("admin.block"), block, { kind: "bad", key }))];
}
