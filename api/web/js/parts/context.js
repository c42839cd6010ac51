/* Patient, practitioner, letterhead and encounter of the documents: a form, and what is lacking. */

import { button, fill, h } from "../dom.js";
import { fromFields, keepLetterhead, letterhead, toFields } from "../context.js";
import { bare, finessFits, nirFits, rppsFits } from "../numbers.js";
import { dialog, field } from "./dialog.js";
import { explain, reason, say } from "./toast.js";
import { day, named, t } from "../words.js";

const SEXES = ["", "female", "male", "other", "unknown"];
const KINDS = ["AMB", "VR", "HH", "EMER", "IMP"];
const NUMBERS = { ins: nirFits, rpps: rppsFits, finess: finessFits };

/** Opens when it is pressed; says how much is lacking. */
export const contextButton = (work) => {
  const { length } = work.lacking;
  const words = [t("context.short"), length > 0 && [` (${length}`, h("span", { class: "visually-hidden" }, t("context.lacking")), ")"]];
  return button("user", words, () => editContext(work),
    { class: length ? "small wanting" : "small", "data-key": "context" });
};

/** What a final document lacks, with the way to tell it; follows what is saved. */
export function lackingLine(work) {
  const place = h("div", { class: "lacking" });
  const draw = () => fill(place,
    h("p", { class: "hint" }, work.lacking.length
      ? `${t("context.lacks")} ${work.lacking.map((one) => named("lacking", one)).join(", ")}.` : t("context.complete")),
    work.writes && h("button", { type: "button", class: "small", "data-key": "fill context", onclick: async () => { await editContext(work); draw(); } }, t("context")));
  draw();
  return place;
}

export async function editContext(work) {
  let read;
  try {
    read = await work.loadContext();
  } catch (error) {
    return explain(error);
  }
  const first = read === null;
  const values = { ...toFields(read ?? {}), ...(first ? letterhead() : {}) };
  const input = (name, more = {}) => h("input", { name, id: `context-${name}`, maxlength: 300, autocomplete: "off", value: values[name], ...more });
  const area = (name) => h("textarea", { name, id: `context-${name}`, rows: 2, value: values[name] });
  const select = (name, options) => h("select", { name, id: `context-${name}` }, options.map(([value, words]) => h("option", { value, selected: value === values[name] }, words)));
  const row = (name, control, hint = null) => field(t(`context.${name}`), control, hint);
  const pair = (...parts) => h("div", { class: "pair" }, parts);
  const part = (name, ...parts) => h("fieldset", {}, h("legend", {}, t(`context.part.${name}`)), parts);
  const start = input("start", { type: "datetime-local", maxlength: null });
  const done = await dialog({ title: t("context"), confirm: t("save"), wide: true, content: [
    h("p", { class: "hint" }, t("context.lead")),
    part("patient",
      pair(row("family", input("family")), row("given", input("given"), t("context.given.hint"))),
      pair(row("birth_date", input("birth_date", { type: "date", maxlength: null, max: new Date().toISOString().slice(0, 10) })),
        row("sex", select("sex", SEXES.map((one) => [one, one ? named("sex", one) : "—"])))),
      pair(row("ins_kind", select("ins_kind", ["INS-NIR", "INS-NIA", "INS-TEST"].map((one) => [one, named("ins", one)]))), row("ins", input("ins"), t("context.ins.hint"))),
      pair(row("own", input("own")), row("own_system", input("own_system"), t("context.own_system.hint")))),
    part("practitioner", row("name", input("name")), pair(row("rpps", input("rpps", { inputmode: "numeric" }), t("context.rpps.hint")), row("speciality", input("speciality")))),
    part("organisation", pair(row("organisation", input("organisation")), row("finess", input("finess"), t("context.finess.hint"))),
      pair(row("address", area("address")), row("telecom", area("telecom"), t("context.telecom.hint")))),
    part("encounter", pair(row("start", start), row("end", input("end", { type: "datetime-local", maxlength: null }))),
      row("kind", select("kind", KINDS.map((one) => [one, named("encounter", one)]))),
      h("p", { class: "hint" }, t("context.received", { at: day(work.found.created) })))],
  read: async (form) => {
    const now = Object.fromEntries([...form.elements].filter((one) => one.name).map((one) => [one.name, one.value.trim()]));
    check(form, now);
    try {
      await work.saveContext(fromFields(read ?? {}, now));
    } catch (error) {
      throw new Error([412, 428].includes(error.status) ? t("context.changed") : error.code === "wrong_number" ? t("context.wrong.number") : reason(error));
    }
    keepLetterhead(now);
    return true;
  } });
  if (done) say(t("context.saved"));
}

/** Throws the first fault, and takes the reader there. */
function check(form, now) {
  const wrong = (name, why) => {
    const control = form.elements[name];
    control.setAttribute("aria-invalid", "true");
    control.focus();
    throw new Error(`${t(`context.${name}`)} : ${t(`context.wrong.${why}`)}`);
  };
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const [name, fits] of Object.entries(NUMBERS)) if (now[name] && !fits(bare(now[name]))) wrong(name, "number");
  if (now.own && /\s/.test(now.own_system)) wrong("own_system", "system");
  if (!now.name && (now.rpps || now.speciality)) wrong("name", "missing");
  if (!now.organisation && (now.finess || now.address || now.telecom)) wrong("organisation", "missing");
  if (now.start && now.end && now.end < now.start) wrong("end", "end");
}
