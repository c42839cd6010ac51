/* Whose document it is: what the service keeps, and what a form shows of it. What the form does not
   show (a custodian, further practitioners and numbers) goes back as it came. */

import { FINESS, INS, RPPS, bare } from "./numbers.js";
import { owner } from "./service.js";

const has = (list, systems) => (list ?? []).find((one) => systems.includes(one.system));
const local = (list) => (list ?? []).find((one) => one.type === "PI");
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const given = (text) => text.split(",").map((one) => one.trim()).filter(Boolean);
/** Without what is empty; null when nothing is left. */
const full = (of) => {
  const left = Object.entries(of).filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length));
  return left.length ? Object.fromEntries(left) : null;
};

/** Context → value of each field. */
export function toFields({ patient, practitioners, organisation, encounter }) {
  const ins = has(patient?.identifiers, Object.values(INS)), own = local(patient?.identifiers), person = practitioners?.[0];
  return {
    family: patient?.family ?? "", given: (patient?.given ?? []).join(", "), birth_date: patient?.birth_date ?? "", sex: patient?.sex ?? "",
    ins: ins?.value ?? "", ins_kind: Object.keys(INS).find((kind) => INS[kind] === ins?.system) ?? "INS-NIR",
    own: own?.value ?? "", own_system: own?.system ?? "",
    name: person?.name ?? "", rpps: has(person?.identifiers, [RPPS])?.value ?? "", speciality: person?.speciality ?? "",
    organisation: organisation?.name ?? "", finess: has(organisation?.identifiers, [FINESS])?.value ?? "",
    address: (organisation?.address ?? []).join("\n"), telecom: (organisation?.telecom ?? []).join("\n"),
    start: toLocal(encounter?.start), end: toLocal(encounter?.end), kind: encounter?.kind ?? "AMB",
  };
}

/** The context ``before`` with what the fields hold now. */
export function fromFields(before, now) {
  const was = toFields(before);
  const ins = now.ins && { value: bare(now.ins), system: INS[now.ins_kind], type: now.ins_kind === "INS-TEST" ? "INS-NIR" : now.ins_kind };
  const own = now.own && { value: now.own, system: systemOf(now.own_system), type: "PI" };
  const [person, ...others] = before.practitioners ?? [];
  const first = now.name ? [{ ...person, name: now.name, speciality: now.speciality || null,
    identifiers: numbers(person?.identifiers, [has(person?.identifiers, [RPPS])], [now.rpps && { value: bare(now.rpps), system: RPPS, type: "RPPS" }]) }] : [];
  const place = before.organisation;
  const visit = now.start || now.end || before.encounter;
  return full({
    ...before,
    patient: full({ ...before.patient, family: now.family, given: now.given === was.given ? before.patient?.given ?? [] : given(now.given),
      birth_date: now.birth_date, sex: now.sex,
      identifiers: numbers(before.patient?.identifiers, [has(before.patient?.identifiers, Object.values(INS)), local(before.patient?.identifiers)], [ins, own]) }),
    practitioners: [...first, ...others],
    organisation: now.organisation ? { ...place, name: now.organisation, address: lines(now.address), telecom: lines(now.telecom),
      identifiers: numbers(place?.identifiers, [has(place?.identifiers, [FINESS])], [now.finess && { value: bare(now.finess), system: FINESS, type: "FINEG" }]) } : null,
    encounter: visit ? { ...before.encounter, kind: now.kind,
      start: now.start === was.start ? before.encounter?.start ?? null : zoned(now.start),
      end: now.end === was.end ? before.encounter?.end ?? null : zoned(now.end) } : null,
  }) ?? {};
}

const numbers = (before, gone, added) => [...added.filter(Boolean), ...(before ?? []).filter((one) => !gone.includes(one))];
/** An OID may be written without what makes a URI of it. */
const systemOf = (text) => (/^\d+(\.\d+)+$/.test(text) ? `urn:oid:${text}` : text || null);

const two = (number) => String(number).padStart(2, "0");
/** As a field of date and time has it, in the zone of this browser. */
function toLocal(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function zoned(text) {
  if (!text) return null;
  const east = -new Date(text).getTimezoneOffset(), far = Math.abs(east);
  return `${text}:00${east < 0 ? "-" : "+"}${two(Math.floor(far / 60))}:${two(far % 60)}`;
}

/* The letterhead alone is kept in this browser, for the one who wrote it: who treats and where is
   public, whom they treat is not. */
const LETTERHEAD = ["name", "rpps", "speciality", "organisation", "finess", "address", "telecom"];
const kept = () => `anamnese.letterhead ${owner()}`;

export const letterhead = () => JSON.parse(localStorage.getItem(kept()) ?? "{}");

export const keepLetterhead = (fields) =>
  localStorage.setItem(kept(), JSON.stringify(Object.fromEntries(LETTERHEAD.map((name) => [name, fields[name]]))));
