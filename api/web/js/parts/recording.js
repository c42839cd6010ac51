/* The microphone in use: time, level, pause, end. */

import { button, fill, h, icon } from "../dom.js";
import { owner, who } from "../service.js";
import { Live } from "../live.js";
import { liveWords } from "./live_words.js";
import { Recorder } from "../recorder.js";
import * as kept from "../kept.js";
import { dialog } from "./dialog.js";
import { say } from "./toast.js";
import { clock, t } from "../words.js";

const SILENT_SECONDS = 8;

/** Resolves with the recording once it is ended; with {consultation, job} when the service has it
    already; null when there is none. */
export async function recording(place, { fields, signal }) {
  let recorder;
  const failed = (error) => say(t(error.name === "QuotaExceededError" ? "record.full" : "record.lost"), { kind: "bad" });
  try {
    recorder = await Recorder.start(owner(), fields, failed);
  } catch (error) {
    say(t(error.name === "NotAllowedError" ? "record.denied" : "record.none"), { kind: "bad" });
    return null;
  }
  return new Promise((done) => show(place, recorder, fields, signal, done));
}

function show(place, recorder, fields, signal, done) {
  const time = h("span", { class: "time", role: "timer" }, "0:00");
  const state = h("p", { class: "recording-state", role: "status" }, t("record.on"));
  const meter = h("div", { class: "meter", role: "meter", "aria-label": t("record.level"), "aria-valuemin": 0, "aria-valuemax": 100 });
  const bars = Array.from({ length: 40 }, () => h("i", {}));
  meter.append(...bars);
  const turn = button("pause", t("record.pause"), () => {
    if (recorder.paused) recorder.resume();
    else recorder.pause();
    fill(turn, icon(recorder.paused ? "mic" : "pause"), h("span", {}, t(recorder.paused ? "record.resume" : "record.pause")));
    state.textContent = t(recorder.paused ? "record.paused" : "record.on");
    place.classList.toggle("paused", recorder.paused);
  });
  const end = button("stop", t("record.end"), () => finish(), { class: "main" });
  const throwAway = button("trash", t("record.discard"), () => discard(), { class: "quiet" });
  fill(place, h("div", { class: "recorder" }, h("div", { class: "dot-time" }, h("span", { class: "dot" }), time),
    meter, state, h("div", { class: "buttons" }, turn, end), throwAway, h("p", { class: "hint" }, t("record.kept"))));
  const live = follow();
  end.focus();
  let heard = performance.now(), quiet = false;
  const ticking = setInterval(tick, 80);
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  signal.addEventListener("abort", () => finish());

  function tick() {
    const level = recorder.level();
    time.textContent = clock(recorder.seconds);
    meter.setAttribute("aria-valuenow", Math.round(level * 100));
    bars.forEach((bar, at) => bar.classList.toggle("on", at < level * bars.length));
    if (level > 0.15 || recorder.paused) heard = performance.now();
    const silent = performance.now() - heard > SILENT_SECONDS * 1000;
    if (silent !== quiet) state.textContent = t((quiet = silent) ? "record.silent" : recorder.paused ? "record.paused" : "record.on");
  }

  /** Words as they are spoken, where the service shows them. */
  function follow() {
    if (!who()?.live) return null;
    const words = h("div", {});
    place.append(words);
    const made = new Live(fields, liveWords(words));
    recorder.onpart = (part) => made.add(part);
    return made;
  }

  let over = false;
  async function finish() {
    if (over) return;
    over = true;
    clearInterval(ticking);
    removeEventListener("beforeunload", leaving);
    const made = await recorder.stop();
    place.classList.remove("paused");
    const sent = made.bytes ? await live?.end() : null;
    if (sent) await kept.remove(made.id);
    done(sent ?? (made.bytes ? made : null));
  }

  async function discard() {
    const sure = await dialog({ title: t("record.discard"), confirm: t("record.discard"), kind: "bad", content: h("p", {}, t("pending.sure")) });
    if (!sure || over) return;
    over = true;
    clearInterval(ticking);
    removeEventListener("beforeunload", leaving);
    const made = await recorder.stop();
    await kept.remove(made.id);
    await live?.discard();
    place.classList.remove("paused");
    done(null);
  }
}
