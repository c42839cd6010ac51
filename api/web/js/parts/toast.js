/* Short messages in a corner; read out by screen readers. */

import { button, h } from "../dom.js";
import { named, t } from "../words.js";
import { Away, Refused } from "../service.js";

const STAYS = 7000;

/** ``act``: {words, run} for a button in it. What is bad stays until it is closed. */
export function say(text, { kind = "good", act = null } = {}) {
  const close = () => shown.remove();
  const shown = h("div", { class: `toast ${kind}` }, h("span", {}, text),
    act && h("button", { type: "button", class: "quiet", onclick: () => { close(); act.run(); } }, act.words),
    button("close", t("close"), close, { only: true, class: "quiet" }));
  document.getElementById("toasts").append(shown);
  if (kind !== "bad" && !act) setTimeout(close, STAYS);
  return close;
}

/** An error in the user's words. */
export function explain(error) {
  if (error.name === "AbortError") return;
  say(reason(error), { kind: "bad" });
  if (!(error instanceof Away || error instanceof Refused)) console.error(error);
}

export function reason(error) {
  if (error instanceof Away) return t("error.away");
  if (error instanceof Refused) {
    const known = named("error", error.code);
    return known === error.code ? `${error.message}. ${error.hint}` : known;
  }
  return t("error.ours");
}
