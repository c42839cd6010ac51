/* The microphone in use: time, level, pause, end. */

import { button, fill, h, icon } from "../dom.js";
import { owner } from "../service.js";
import { Recorder } from "../recorder.js";
import * as kept from "../kept.js";
import { dialog } from "./dialog.js";
import { say } from "./toast.js";
import { clock, t } from "../words.js";

const SILENT_SECONDS = 8;

/** Resolves with the recording once it is ended; null when there is none. */
export async function recording(place, { fields, signal }) {
  let recorder;
  const failed = (error) => say(t(error.name === "QuotaExceededError" ? "record.full" : "record.lost"), { kind: "bad" });
  try {
    recorder = await Recorder.start(owner(), fields, failed);
  } catch (error) {
    say(t(error.name === "NotAllowedError" ? "record.denied" : "record.none"), { kind: "bad" });
    return null;
  }
  return new Promise((done) => show(place, recorder, signal, done));
}

function show(place, recorder, signal, done) {
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

  let over = false;
  async function finish() {
    if (over) return;
    over = true;
    clearInterval(ticking);
    removeEventListener("beforeunload", leaving);
    const made = await recorder.stop();
    place.classList.remove("paused");
    done(made.bytes ? made : null);
  }

  async function discard() {
    const sure = await dialog({ title: t("record.discard"), confirm: t("record.discard"), kind: "bad", content: h("p", {}, t("pending.sure")) });
    if (!sure || over) return;
    over = true;
    clearInterval(ticking);
    removeEventListener("beforeunload", leaving);
    const made = await recorder.stop();
    await kept.remove(made.id);
    place.classList.remove("paused");
    done(null);
  }
}
