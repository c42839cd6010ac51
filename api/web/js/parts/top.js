/* The bar at the top of every page. */

import { button, fill, h } from "../dom.js";
import { isDark, turnTheme } from "../theme.js";
import { written } from "../dates.js";
import { explain } from "./toast.js";
import { speak, spoken, t } from "../words.js";
import { launched, who } from "../service.js";

export function drawTop({ where, redraw, out }) {
  const me = who();
  const other = spoken() === "fr" ? "en" : "fr";
  const link = (to, words) =>
    h("a", { href: `#/${to}`, "aria-current": where === to || (to && where.startsWith(`${to}/`)) ? "page" : null }, words);
  const administers = me?.scopes?.some((scope) => ["audit:read", "service:manage"].includes(scope));
  fill(
    document.getElementById("top"),
    h("a", { href: "#/", class: "brand" }, mark(), h("span", {}, "anamnese")),
    me && h("nav", { "aria-label": t("top.pages") },
      link("", t("list.title")), link("records", t("records.title")), administers && link("admin", t("admin.title"))),
    h("div", { class: "end" },
      me && h("span", { class: "who" }, me.name ?? me.id),
      h("button", {
        type: "button", class: "quiet", lang: other, "data-key": "language",
        "aria-label": other === "fr" ? "FR, Français" : "EN, English", title: other === "fr" ? "Français" : "English",
        onclick: () => speak(other).then(redraw, explain),
      }, other.toUpperCase()),
      button(isDark() ? "sun" : "moon", t(isDark() ? "top.light" : "top.dark"), () => {
        turnTheme();
        drawTop({ where, redraw, out });
      }, { only: true, class: "quiet", "data-key": "theme" }),
      me && h("button", { type: "button", class: "quiet", onclick: out }, t("signin.out"))),
    launched() && about(launched()),
  );
}

function mark() {
  return h("span", { class: "mark", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
}

/** Whom an EHR opened the page for. */
function about({ ehr, patient }) {
  const born = patient.birth_date && t("launch.born", { day: written(patient.birth_date) });
  const numbers = patient.identifiers.map((one) => `${one.type} ${one.value}`);
  return h("p", { class: "launched", role: "note" }, h("span", {}, t("launch.from", { ehr })), " ",
    h("strong", {}, patient.name), " ", h("span", {}, [born, ...numbers].filter(Boolean).join(" · ")));
}
