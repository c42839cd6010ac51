/* The audit log: searched, verified, taken away as a file. */

import { button, fill, h } from "../dom.js";
import { badge } from "../parts/badge.js";
import { field } from "../parts/dialog.js";
import { explain } from "../parts/toast.js";
import { ask, json } from "../service.js";
import { day, named, number, t } from "../words.js";
import { act, card, code, table } from "./shared.js";

export async function audit(place, signal) {
  const inputs = Object.fromEntries(["actor", "action", "subject"].map((name) => [name, h("input", { type: "search", name, maxlength: 40, autocomplete: "off", spellcheck: "false" })]));
  for (const name of ["since", "until"]) inputs[name] = h("input", { type: "date", name });
  const list = h("div", { class: "admin-list" }), verdict = h("div", { role: "status" });
  let wanted = {};
  const show = () => rows(list, wanted, signal);
  const form = h("form", { class: "filters", onsubmit: (event) => {
    event.preventDefault();
    wanted = read(inputs);
    show().catch(explain);
  } }, Object.entries(inputs).map(([name, input]) => field(t(`audit.${name}`), input)), h("button", { type: "submit", class: "main" }, t("admin.search")));
  fill(place,
    card(t("admin.verification"), act("check", t("admin.verify"), () => verify(verdict, signal)), h("p", { class: "hint" }, t("admin.verify_hint")), verdict),
    card(t("admin.audit"), ["csv", "jsonl"].map((format) => act("download", format.toUpperCase(), () => save(wanted, format))), form, h("p", { class: "hint" }, t("audit.hint")), list));
  await show();
}

/** Days as this reader's; the last one whole. */
function read(inputs) {
  const found = {};
  for (const [name, { value }] of Object.entries(inputs)) {
    if (!value.trim()) continue;
    if (name === "since" || name === "until") {
      const [year, month, of] = value.split("-").map(Number);
      found[name] = new Date(year, month - 1, of + (name === "until" ? 1 : 0)).toISOString();
    } else found[name] = value.trim();
  }
  return found;
}

async function rows(place, wanted, signal, before = [], after = 0) {
  const found = await json(`/audit?${new URLSearchParams({ ...wanted, order: "newest", limit: 50, after })}`, { signal });
  const all = [...before, ...found.items];
  fill(place, table(t("admin.audit"), [t("admin.number"), t("admin.when"), t("admin.who"), t("admin.what"), t("admin.about")],
    all.map((one) => [number(one.seq), day(one.at), code(one.actor), one.action, code(one.subject)])),
  found.next_after && button("down", t("list.more"), () => rows(place, wanted, signal, all, found.next_after).catch(explain)));
}

async function verify(place, signal) {
  fill(place, h("p", { class: "hint" }, t("admin.loading")));
  const found = await json("/audit/verification", { signal });
  const one = found.broken;
  fill(place, h("p", {}, found.unbroken ? badge("check", "good", t("audit.unbroken")) : badge("warning", "bad", t("audit.broken")), " ",
    found.unbroken ? t("audit.entries", { count: number(found.entries) }) : t("audit.broken_at", { seq: number(one.seq), reason: named("broken", one.reason), action: one.action ?? "?" })),
  h("p", { class: "hint" }, t("audit.last"), " ", code(found.last_sha256)));
}

async function save(wanted, format) {
  const answer = await ask(`/audit/export?${new URLSearchParams({ ...wanted, format })}`);
  const url = URL.createObjectURL(await answer.blob());
  h("a", { href: url, download: `audit.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
