/* A recording on its way to the service: how far, whether the network is away, stop for now. */

import { button, fill, h } from "../dom.js";
import { send } from "../upload.js";
import { reason } from "./toast.js";
import { size, t } from "../words.js";

export async function sending(place, recording, { signal, go }) {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("sending.title") });
  const words = h("p", { class: "hint", role: "status" }, t("sending.title"));
  fill(place, h("div", { class: "sending" }, h("strong", {}, t("sending.title")), bar, words));
  const told = ({ sent, total, away }) => {
    place.classList.toggle("away", away);
    if (away) words.textContent = t("sending.away");
    else {
      bar.value = sent / total;
      words.textContent = t("sending.far", { sent: size(sent), total: size(total) });
    }
  };
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  try {
    const made = await send(recording, { told, signal: stop.signal });
    if (made) go(`c/${made.consultation}`);
    else if (!stop.signal.aborted) words.textContent = t("sending.elsewhere");
  } catch (error) {
    const again = () => sending(place, recording, { signal, go });
    const unnamed = () => {
      delete recording.fields.launch;
      return again();
    };
    fill(place, h("div", { class: "sending" }, h("p", { class: "wrong", role: "alert" }, reason(error)),
      h("p", { class: "hint" }, t("sending.kept")), button("restore", t("again"), again),
      error.code === "launch_over" && button("download", t("launch.without"), unnamed)));
  } finally {
    removeEventListener("beforeunload", leaving);
  }
}
