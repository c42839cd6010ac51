/* The desk: transcript, player and note side by side, tied together. On a narrow screen one at a
   time, by tabs. */

import { button, fill, h, keepingFocus } from "../dom.js";
import { Aside } from "./aside.js";
import { NoteView } from "./note.js";
import { Player } from "./player.js";
import { TranscriptView } from "./transcript.js";
import { attempt } from "./attempt.js";
import { editSpeakers } from "./speakers.js";
import { exports } from "./exports.js";
import { signoffBar } from "./signoff.js";
import { listen, showKeys } from "./shortcuts.js";
import { templates } from "./templates.js";
import { t } from "../words.js";

const AFTER = 0.25;

export function desk(main, work, { signal, go, head, back, erase }) {
  const player = work.found.has_audio && work.transcript.timed !== false ? new Player(work, signal) : null;
  const transcript = new TranscriptView(work, player, signal);
  const note = work.note ? new NoteView(work, signal) : null;
  const aside = work.note ? new Aside(work, signal) : null;
  const state = h("div", { class: "state" });
  const undo = button("undo", t("undo"), () => attempt(() => work.undo()), { only: true, "data-key": "undo" });
  const follows = button("down", t("player.follow"), () => transcript.setFollow(true), { class: "follow small", hidden: true });
  const keys = keysOf();
  const toStatement = (id) => {
    show("note");
    if (id.startsWith("contradictions.")) return aside.element.querySelector("[data-fold=contradictions]")?.scrollIntoView({ block: "center" });
    note.choose(id, { play: false });
    return note.element.querySelector(`[data-id="${CSS.escape(id)}"], [data-section="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center" });
  };
  const drawState = () => keepingFocus(() => fill(state, work.note && signoffBar(work, { toStatement })));
  for (const one of ["note", "context"]) work.addEventListener(one, drawState, { signal });
  work.addEventListener("undo", () => (undo.disabled = !work.undoable), { signal });
  undo.disabled = !work.undoable;
  drawState();

  const panes = {
    transcript: h("section", { class: "pane transcript", "aria-labelledby": "pane-transcript" },
      h("header", {}, h("h2", { id: "pane-transcript" }, t("transcript.title")), follows,
        work.writes && button("user", t("speakers.title"), () => editSpeakers(work), { class: "quiet small", "data-key": "speakers" })),
      transcript.element),
    note: h("section", { class: "pane notes", "aria-labelledby": "pane-note" },
      h("header", {}, h("h2", { id: "pane-note" }, t("note.title")), templates(main, work, { signal, go })),
      h("div", { class: "note-scroll", tabindex: -1 }, note ? note.element : h("p", { class: "placeholder" }, t("note.none")))),
    aside: h("section", { class: "pane checks-pane", "aria-labelledby": "pane-aside" },
      h("header", {}, h("h2", { id: "pane-aside" }, t("aside.title"))), aside ? aside.element : ""),
  };
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": t("consultation") });
  const grid = h("div", { class: "desk" }, panes.transcript, panes.note, panes.aside);
  const tab = Object.fromEntries(Object.keys(panes).map((name) => [name, h("button", { type: "button", role: "tab", id: `tab-${name}`, onclick: () => show(name) }, t(`tab.${name}`))]));
  fill(tabs, Object.values(tab));
  fill(main,
    h("div", { class: "headline" }, back, head, state,
      h("div", { class: "tools" }, work.writes && undo, button("download", t("export"), () => exports(work), { "data-key": "export" }),
        button("help", t("keys"), () => showKeys(keys), { only: true, class: "quiet" }),
        work.writes && button("trash", t("erase"), erase, { only: true, class: "quiet" }))),
    player?.element, tabs, grid);
  show("note");
  tie();
  listen(keys, signal);

  function show(name) {
    grid.dataset.shown = name;
    for (const [one, button] of Object.entries(tab)) button.setAttribute("aria-selected", String(one === name));
  }

  function quotesShown(quotes, play) {
    transcript.light(quotes);
    player?.wave.mark(quotes.filter((one) => one.start_ms !== null).map((one) => [one.start_ms / 1000, one.end_ms / 1000]));
    const first = quotes[0];
    if (play && player && first && first.start_ms !== null) player.playFrom(first.start_ms / 1000, first.end_ms / 1000 + AFTER);
  }

  function tie() {
    note?.addEventListener("statement", ({ detail }) => quotesShown(detail.statement.evidence, detail.play));
    transcript.addEventListener("segment", ({ detail }) => note?.rest(work.restingOn(detail.id)));
    transcript.addEventListener("follow", () => (follows.hidden = transcript.follow || !player));
    main.addEventListener("quote", ({ detail }) => {
      // Shown first: what is hidden cannot be scrolled to.
      if (getComputedStyle(tabs).display !== "none") show("transcript");
      quotesShown([detail], true);
    }, { signal });
    work.addEventListener("transcript", () => aside?.draw(), { signal });
  }

  function keysOf() {
    return [
      [" ", t("key.play"), () => player?.toggle()],
      ["ArrowLeft", t("key.back"), () => player?.step(-1)],
      ["ArrowRight", t("key.on"), () => player?.step(1)],
      ["j", t("key.next"), () => note?.move(1)],
      ["k", t("key.previous"), () => note?.move(-1)],
      ["c", t("key.check"), () => note?.move(1, { checks: true })],
      ["e", t("key.edit"), () => note?.press("edit")],
      ["m", t("key.move"), () => note?.press("move")],
      ["Delete", t("key.remove"), () => note?.press("remove")],
      ["t", t("key.transcript"), () => { show("transcript"); transcript.show(transcript.active); transcript.element.querySelector('[tabindex="0"]')?.focus(); }],
      ["f", t("key.follow"), () => transcript.setFollow(!transcript.follow)],
      ["u", t("key.undo"), () => attempt(() => work.undo())],
      ["Ctrl+z", t("key.undo"), () => attempt(() => work.undo())],
      ["x", t("key.export"), () => exports(work)],
      ["s", t("key.sign"), () => state.querySelector('[data-key="sign"]')?.click()],
      ["?", t("key.help"), () => showKeys(keys)],
    ];
  }
}
