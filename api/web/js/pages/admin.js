/* For those who look after the service: a section at a time, each with what may be done about it. */

import { fill, h } from "../dom.js";
import { who } from "../service.js";
import { explain } from "../parts/toast.js";
import { t } from "../words.js";
import { refreshing } from "../admin/refresh.js";
import { overview } from "../admin/overview.js";
import { jobs } from "../admin/jobs.js";
import { batches } from "../admin/batches.js";
import { storage } from "../admin/storage.js";
import { keys } from "../admin/keys.js";
import { people } from "../admin/people.js";
import { audit } from "../admin/audit.js";

/** Milliseconds: everything that is kept is counted for it. */
const SLOWLY = 30_000;
const MANAGE = "service:manage";
/** Name → what draws it (and gives what draws its lists again), and the scope that it needs. */
const SECTIONS = { overview: [overview, MANAGE], jobs: [jobs, MANAGE], batches: [batches, MANAGE], storage: [storage, MANAGE], keys: [keys, MANAGE], people: [people, MANAGE], audit: [audit, "audit:read"] };

export async function adminPage(main, { values, signal }) {
  const may = Object.keys(SECTIONS).filter((name) => who().scopes.includes(SECTIONS[name][1]));
  const shown = may.includes(values?.[0]) ? values[0] : may[0];
  document.title = `${t("admin.title")} · anamnese`;
  main.className = "admin";
  if (!shown) return void fill(main, h("h1", {}, t("admin.title")), h("p", { class: "hint" }, t("admin.not_allowed")));
  const link = (name) => h("a", { href: `#/admin/${name}`, "aria-current": name === shown ? "page" : null, "data-key": `admin-${name}` }, t(`admin.${name}`));
  const place = h("div", { class: "admin-section", id: `admin-${shown}` });
  fill(main, h("h1", {}, t("admin.title")), h("nav", { class: "sections", "aria-label": t("admin.sections") }, may.map(link)), place);
  main.querySelector(".sections [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  const again = await SECTIONS[shown][0](place, signal).catch((error) => signal.aborted || explain(error));
  if (again && !signal.aborted) refreshing(place, again, signal, shown === "storage" ? SLOWLY : undefined);
}
