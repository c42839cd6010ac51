/* Who are you: an API key, or a token of the identity provider. */

import { fill, h } from "../dom.js";
import { json, Refused, signIn } from "../service.js";
import { field } from "../parts/dialog.js";
import { reason } from "../parts/toast.js";
import { t } from "../words.js";

export function signInPage(main, { done }) {
  const wrong = h("p", { class: "wrong", role: "alert", id: "wrong" });
  const key = h("input", { type: "password", name: "key", required: true, autocomplete: "off",
    spellcheck: "false", "aria-describedby": "wrong" });
  const enter = async (event) => {
    event.preventDefault();
    wrong.textContent = "";
    try {
      await signIn(key.value.trim().replace(/^Bearer\s+/i, ""));
      await done();
    } catch (error) {
      wrong.textContent = error instanceof Refused && error.status === 401 ? t("signin.wrong") : reason(error);
      key.focus();
      key.select();
    }
  };
  const ehrs = h("div", { class: "ehrs" });
  offer(ehrs);
  main.className = "signin";
  document.title = `${t("signin.title")} · anamnese`;
  fill(main, h("form", { class: "card", onsubmit: enter },
    h("h1", {}, t("signin.title")),
    h("p", { class: "lead" }, t("signin.lead")),
    field(t("signin.key"), key, t("signin.hint")),
    wrong,
    h("button", { type: "submit", class: "main" }, t("signin.enter")),
    ehrs));
  key.focus();
}

/** EHRs that people may sign in with. Where they cannot be asked for, a key still can. */
async function offer(place) {
  const { items } = await json("/smart/ehrs", { quiet: true }).catch(() => ({ items: [] }));
  if (!items.length) return;
  fill(place, h("p", { class: "or" }, t("or")), items.map(({ name, iss }) =>
    h("a", { class: "button", href: `/smart/launch?iss=${encodeURIComponent(iss)}` }, t("launch.with", { ehr: name }))));
}
