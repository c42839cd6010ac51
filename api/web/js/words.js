/* The page's own words, in French and English: lang/fr.json and lang/en.json have the same keys. */

const LANGUAGES = ["fr", "en"];
const KEPT = "anamnese.language";
const read = {};
let language = "fr";

/** Before anything is drawn; of the two languages the one that is spoken. */
export async function load() {
  const wished = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);
  language = LANGUAGES.includes(wished) ? wished : "en";
  await readWords(language);
  document.documentElement.lang = language;
}

async function readWords(one) {
  if (read[one]) return;
  const answer = await fetch(new URL(`../lang/${one}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`no words: ${answer.status}`);
  read[one] = await answer.json();
}

export const spoken = () => language;

/** Changes nothing when the words cannot be had. */
export async function speak(wanted) {
  await readWords(wanted);
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

/** The words of a key; {count} is filled in from the values. */
export function t(key, values = {}) {
  const text = read[language][key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The words for what a server may add to, such as names of rules; else the name itself. */
export const named = (group, name) => read[language][`${group}.${name}`] ?? name;

/** Keys end in .one and .many. */
export const plural = (key, count) =>
  t(`${key}.${new Intl.PluralRules(language).select(count) === "one" ? "one" : "many"}`, { count });

export const day = (iso) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

/** Seconds → 1:05 or 1:00:05. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(parts[0])}:${two(parts[1])}` : `${parts[0]}:${two(parts[1])}`;
}

export const number = (value, digits = 2) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

/** Bytes → 1.2 MB. */
export const size = (bytes) =>
  bytes < 1e6
    ? new Intl.NumberFormat(language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 }).format(bytes / 1e3)
    : new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6);
