/* Documents, ZIP files or a whole folder: dropped or chosen, looked over, then sent. */

import { button, fill, h, icon } from "../dom.js";
import { dropped, meant } from "../send_documents.js";
import { explain } from "./toast.js";
import { plural, size, t } from "../words.js";

/** ``element`` and the chosen ``files``; ``changed()`` is told when there are others. */
export function dropDocuments(changed) {
  const files = [];
  const list = h("ul", { class: "chosen" });
  const told = h("p", { class: "hint", role: "status" });
  const pick = (folder) => {
    const input = h("input", { type: "file", multiple: true, id: folder ? "folder" : "documents", class: "hidden-file", webkitdirectory: folder,
      "aria-label": t(folder ? "records.folder" : "records.drop"), onchange: () => {
        take([...input.files]);
        input.value = "";
      } });
    return input;
  };
  const [documents, folder] = [pick(false), pick(true)];
  const drop = h("label", { for: "documents", class: "drop" }, icon("file"), h("strong", {}, t("records.drop")), h("span", {}, t("records.formats")));
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    dropped(event.dataTransfer).then(take, explain);
  };
  const element = h("div", { class: "dropping" }, documents, drop, folder, h("label", { for: "folder", class: "button folder" }, icon("plus"), h("span", {}, t("records.folder"))), told, list);

  function take(some) {
    const same = (one) => files.some((other) => other.name === one.name && other.size === one.size && other.lastModified === one.lastModified);
    for (const one of some) if (meant(one) && !same(one)) files.push(one);
    draw();
  }

  function draw() {
    fill(told, files.length ? `${plural("records.documents", files.length)} · ${size(files.reduce((sum, one) => sum + one.size, 0))}` : "");
    fill(list, files.map((one, number) => h("li", {}, h("span", {}, one.name),
      button("close", `${t("records.without")} : ${one.name}`, () => {
        files.splice(number, 1);
        draw();
      }, { only: true, class: "quiet small" }))));
    changed();
  }
  return { element, files };
}

/** How far an upload is, or that the network is away. */
export function sendingBar() {
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("records.sending") });
  const words = h("p", { class: "hint", role: "status" }, t("records.sending"));
  const element = h("div", { class: "sending" }, h("strong", {}, t("records.sending")), bar, words);
  const told = ({ sent, total, away }) => {
    element.classList.toggle("away", away);
    if (!away) bar.value = total ? sent / total : 0;
    words.textContent = away ? t("records.away") : t("sending.far", { sent: size(sent), total: size(total) });
  };
  return { element, told };
}
