/* A modal window with a form: the browser's own <dialog> keeps the focus in it. */

import { button, h } from "../dom.js";
import { t } from "../words.js";

let number = 0;

/** Resolves with what ``read(form)`` makes of it, or null when it was closed.
    ``read`` may throw an Error with words for the reader. */
export function dialog({ title, content, confirm = t("confirm"), kind = "", read = () => true, wide = false }) {
  return new Promise((done) => {
    const id = `dialog${number++}`;
    const wrong = h("p", { class: "wrong", role: "alert" });
    const close = () => shown.close();
    const form = h("form", { method: "dialog", onsubmit: async (event) => {
      event.preventDefault();
      wrong.textContent = "";
      sure.disabled = true;
      try {
        result = await read(form);
        close();
      } catch (error) {
        wrong.textContent = error.message;
      }
      sure.disabled = false;
    } });
    const sure = confirm && h("button", { type: "submit", class: `main ${kind}` }, confirm);
    form.append(
      h("header", {}, h("h2", { id }, title), button("close", t("close"), close, { only: true, class: "quiet" })),
      h("div", { class: "content" }, content), wrong,
      h("footer", {}, h("button", { type: "button", onclick: close }, confirm ? t("cancel") : t("close")), sure));
    let result = null;
    const shown = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" }, form);
    shown.addEventListener("close", () => { shown.remove(); done(result); });
    document.body.append(shown);
    shown.showModal();
    (form.querySelector("input:not([type=checkbox]), textarea, select") ?? sure ?? form.querySelector("button")).focus();
  });
}

/** Why: a sentence that is kept with the change. */
export function askReason({ title, about, confirm, suggestions = [] }) {
  const reason = h("textarea", { name: "reason", rows: 2, required: true, maxlength: 500 });
  const usual = suggestions.map((key) => h("button", { type: "button", class: "chip", onclick: () => {
    reason.value = t(key);
    reason.focus();
  } }, t(key)));
  return dialog({
    title,
    confirm,
    content: [about && h("blockquote", {}, about), field(t("reason"), reason), h("div", { class: "chips" }, usual)],
    read: () => {
      const given = reason.value.replace(/\s+/g, " ").trim();
      if (!given) throw new Error(t("reason.missing"));
      return { reason: given };
    },
  });
}

let fields = 0;

/** A control under its label. */
export function field(words, control, hint = null) {
  const id = (control.id ||= `field${fields++}`);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, words), control,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint));
}
