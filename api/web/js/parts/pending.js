/* Recordings that an earlier visit left on this device: send or delete them. */

import { button, fill, h } from "../dom.js";
import * as kept from "../kept.js";
import { owner } from "../service.js";
import { dialog } from "./dialog.js";
import { sending } from "./sending.js";
import { clock, day, size, t } from "../words.js";

export async function pendingList(place, { signal, go }) {
  const found = [];
  for (const one of await kept.all(owner()).catch(() => [])) {
    if (one.bytes === 0) await kept.remove(one.id);
    else if (!(await kept.busy(one.id))) found.push(one);
  }
  if (!found.length || signal.aborted) return;
  fill(place, h("section", { class: "pending card", "aria-labelledby": "pending" },
    h("h2", { id: "pending" }, t("pending.title")), h("p", {}, t("pending.lead")),
    found.map((one) => entry(one, { signal, go }))));
}

function entry(recording, { signal, go }) {
  const row = h("div", { class: "pending-row" });
  const about = [day(recording.created), size(recording.bytes)];
  if (recording.seconds) about.splice(1, 0, clock(recording.seconds));
  const send = () => {
    if (recording.state === "recording")
      // Its tab was closed: the end of the last second may be missing.
      Object.assign(recording, { state: "ready", fields: { ...recording.fields, allow_truncated: "true" } });
    sending(row, recording, { signal, go });
  };
  const drop = async () => {
    const sure = await dialog({ title: t("pending.delete"), confirm: t("pending.delete"), kind: "bad",
      content: h("p", {}, t("pending.sure")) });
    if (!sure) return;
    await kept.remove(recording.id);
    row.remove();
  };
  fill(row, h("span", { class: "about" }, about.join(" · ")),
    button("download", t("pending.send"), send, { class: "main" }), button("trash", t("pending.delete"), drop));
  return row;
}
