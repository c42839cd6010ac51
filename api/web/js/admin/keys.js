/* API keys: made and shown once, given a new secret, revoked. */

import { button, fill, h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { dialog, field } from "../parts/dialog.js";
import { say } from "../parts/toast.js";
import { json } from "../service.js";
import { day, t } from "../words.js";
import { redraw } from "./refresh.js";
import { act, card, code, loading, said, select, sure, table } from "./shared.js";

const ROLES = ["clinician", "integration", "admin", "auditor", "monitor"];
const DAYS = [["30", 30], ["365", 365], ["1095", 1095]];

export async function keys(place, signal) {
  loading(place);
  const again = async () => draw(place, await json("/admin/keys", { signal }), again);
  await again();
  return again;
}

function draw(place, { items, organisation }, again) {
  const row = (one) => [[h("strong", {}, one.name), " ", one.own && badge("user", "plain", t("admin.own")), h("br"), code(one.id)], t(`keyrole.${one.role}`), state(one),
    one.last_used ? day(one.last_used) : t("admin.never"), one.expires ? day(one.expires) : t("admin.unlimited"), one.valid && h("div", { class: "chips" },
      act("restore", t("admin.rotate"), () => rotate(one, again), { key: `rotate-${one.id}` }), !one.own && act("trash", t("admin.revoke"), () => revoke(one, again), { kind: "bad", key: `revoke-${one.id}` }))];
  redraw(place, card(t("admin.keys"), button("plus", t("admin.new_key"), () => make(again), { class: "main", "data-key": "new-key" }), h("p", { class: "hint" }, t("admin.keys_hint", { organisation })),
    table(t("admin.keys"), [t("admin.name"), t("admin.role"), t("admin.state"), t("admin.used"), t("admin.expires"), null], [...items].sort((a, b) => b.valid - a.valid).map(row))));
}

const state = (one) => (one.valid ? badge("check", "good", t("admin.valid")) : badge("close", "plain", t(one.revoked ? "admin.revoked" : "admin.expired")));

async function make(again) {
  const name = h("input", { name: "name", required: true, maxlength: 100, autocomplete: "off" });
  const role = select(ROLES.map((one) => [one, t(`keyrole.${one}`)]), "clinician");
  const days = select([...DAYS.map(([value, count]) => [value, t("admin.days", { count })]), ["", t("admin.unlimited")]], "365");
  const made = await dialog({ title: t("admin.new_key"), confirm: t("admin.make"), content: [field(t("admin.name"), name, t("admin.name_hint")), field(t("admin.role"), role), field(t("admin.lasts"), days)],
    read: () => said(() => json("/admin/keys", { method: "POST", body: { name: name.value.trim(), role: role.value, days: days.value ? Number(days.value) : null } })) });
  await shown(made, again);
}

async function rotate(one, again) {
  const grace = select([["0", t("admin.at_once")], ["24", t("admin.hours", { count: 24 })], ["168", t("admin.days", { count: 7 })]], "24");
  const made = await dialog({ title: `${t("admin.rotate")} · ${one.name}`, confirm: t("admin.rotate"), content: [field(t("admin.grace"), grace, t("admin.grace_hint"))],
    read: () => said(() => json(`/admin/keys/${one.id}/rotate`, { method: "POST", body: { grace_hours: Number(grace.value) } })) });
  await shown(made, again);
}

/** The secret, this once: it is in no other place of the page. */
async function shown(made, again) {
  if (!made) return;
  const secret = h("textarea", { class: "secret", readonly: true, rows: 2, value: made.secret, autocomplete: "off", spellcheck: "false" });
  const copy = act("file", t("admin.copy"), async () => {
    secret.select();
    // Only where the page is served securely; else what is selected is copied by hand.
    await navigator.clipboard?.writeText(made.secret);
    say(t("admin.copied"));
  });
  await dialog({ title: t("admin.secret"), confirm: null, content: [h("p", {}, t("admin.secret_hint")), field(made.name, secret), h("div", { class: "buttons" }, copy)] });
  secret.value = "";
  await again();
}

async function revoke(one, again) {
  const done = await sure(t("admin.revoke"), t("admin.revoke_about", { name: one.name }), t("admin.revoke"), () => json(`/admin/keys/${one.id}/revoke`, { method: "POST" }));
  if (done) await again();
}
