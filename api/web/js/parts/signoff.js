/* From a draft to a signed note. */

import { button, h, icon } from "../dom.js";
import { toFields } from "../context.js";
import { attempt } from "./attempt.js";
import { noteState } from "./badge.js";
import { contextButton, lackingLine } from "./context.js";
import { dialog, field } from "./dialog.js";
import { RPPS, bare, rppsFits } from "../numbers.js";
import { reason } from "./toast.js";
import { say } from "./toast.js";
import { who } from "../service.js";
import { day, named, plural, t } from "../words.js";

const KEPT = "anamnese.signer";

/** The state, and what can be done next. */
export function signoffBar(work, { toStatement }) {
  const version = work.note;
  const { signature } = version;
  const blocking = version.blocking.length;
  const signs = who().scopes.includes("notes:sign");
  return h("div", { class: "signoff" }, noteState(version),
    signature && version.signed && h("span", { class: "hint" }, t("signed.by", { name: signature.name, at: day(signature.at) })),
    blocking > 0 && !version.signed && h("button", { type: "button", class: "badge bad", "data-key": "blocking", onclick: () => toStatement(version.blocking[0].statement) }, icon("warning"), h("span", {}, plural("blocking", blocking))),
    work.writes && contextButton(work),
    work.writes && version.state === "draft" && button("check", t("review"), () => attempt(() => work.review()), { "data-key": "review" }),
    signs && !version.signed && button("sign", t(version.replaces ? "sign.again" : "sign"), () => sign(work, toStatement), { class: "main", "data-key": "sign" }));
}

async function sign(work, toStatement) {
  const blocking = work.note.blocking;
  if (blocking.length) {
    const see = await dialog({ title: t("sign.blocked"), confirm: t("sign.see"), content: [
      h("p", {}, t("sign.blocked.lead")),
      h("ul", {}, blocking.map((one) => h("li", {}, h("strong", {}, named("rule", one.rule)), ` — ${text(work, one.statement)}`)))] });
    if (see) toStatement(blocking[0].statement);
    return;
  }
  const before = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") ?? await fromContext(work);
  const name = h("input", { name: "name", required: true, maxlength: 200, autocomplete: "name", value: before.name ?? "" });
  const identifier = h("input", { name: "identifier", maxlength: 100, autocomplete: "off", value: before.identifier ?? "" });
  const organisation = h("input", { name: "organisation", maxlength: 200, autocomplete: "organization", value: before.organisation ?? "" });
  const read = h("input", { type: "checkbox", id: "read", required: true });
  const done = await dialog({ title: t("sign"), confirm: t("sign"), content: [
    h("p", {}, t("sign.lead")), lackingLine(work), field(t("sign.name"), name), h("div", { class: "pair" }, field(t("sign.identifier"), identifier), field(t("sign.organisation"), organisation)),
    h("label", { class: "tick", for: "read" }, read, h("span", {}, t("sign.read")))],
  read: async () => {
    const given = Object.fromEntries([name, identifier, organisation].map((one) => [one.name, one.value.trim()]).filter(([, value]) => value));
    // Known by its key: a number without its system names nobody.
    if (given.identifier && rppsFits(bare(given.identifier))) Object.assign(given, { identifier: bare(given.identifier), system: RPPS });
    if (!given.name) throw new Error(t("sign.name.missing"));
    if (!read.checked) throw new Error(t("sign.read.missing"));
    try {
      await work.sign(given);
    } catch (error) {
      throw new Error(error.status === 412 ? t("sign.changed") : reason(error));
    }
    sessionStorage.setItem(KEPT, JSON.stringify(given));
    return true;
  } });
  if (done) say(t("sign.done"));
}

/** The practitioner of the documents, who most often signs. */
async function fromContext(work) {
  const { name, rpps, organisation } = toFields((await work.loadContext().catch(() => null)) ?? {});
  return { name, identifier: rpps, organisation };
}

const text = (work, id) => work.statements().find((one) => one.id === id)?.text
  ?? work.note.note.sections.find((one) => one.key === id)?.heading
  ?? work.note.note.contradictions[Number(id.split(".")[1]) - 1]?.about ?? id;
