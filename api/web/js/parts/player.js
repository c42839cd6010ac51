/* The recording: play, seek, speed, and its waveform. Tells "time" while it plays or is moved. */

import { button, fill, h, icon } from "../dom.js";
import { Refused, ask, json } from "../service.js";
import { Waveform } from "./waveform.js";
import { clock, number, t } from "../words.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP = 5;

export class Player extends EventTarget {
  audio = new Audio();
  #until = null; #duration; #frame = 0;

  constructor(work, signal) {
    super();
    this.#duration = (work.transcript.recording?.duration_ms ?? 0) / 1000;
    this.audio.preload = "auto";
    this.audio.id = "audio";
    this.element = h("section", { class: "player", "aria-label": t("player.title") });
    this.#turn = button("play", t("player.play"), () => this.toggle(), { only: true, class: "round", "data-key": "play" });
    this.#clock = h("span", { class: "clock" });
    this.wave = new Waveform(this.#duration, (at) => this.seek(at));
    const speed = h("select", { "aria-label": t("player.speed"), onchange: () => (this.audio.playbackRate = Number(speed.value)) },
      SPEEDS.map((one) => h("option", { value: one, selected: one === 1 }, `× ${number(one)}`)));
    const words = h("span", { class: "hint", role: "status" });
    fill(this.element, this.#turn, this.wave.element, this.#clock, speed, words, this.audio);
    this.#hear();
    this.#tick();
    this.#load(work, words, signal);
    signal.addEventListener("abort", () => this.#close());
  }

  #turn; #clock; #url = null;

  async #load(work, words, signal) {
    words.textContent = t("player.loading");
    json(`${work.path}/waveform`, { signal }).then((wave) => this.wave.draw(wave), () => {});
    try {
      const answer = await ask(`${work.path}/audio`, { signal });
      this.#url = URL.createObjectURL(await answer.blob());
      this.audio.src = this.#url;
      await new Promise((done, failed) => {
        this.audio.addEventListener("loadedmetadata", done, { once: true });
        this.audio.addEventListener("error", () => failed(new Error("media")), { once: true });
      });
      await this.#measured();
      words.textContent = "";
      this.element.dataset.ready = "yes";
    } catch (error) {
      if (error.name === "AbortError") return;
      words.textContent = t(error instanceof Refused && error.status === 404 ? "player.erased"
        : error.message === "media" ? "player.unplayable" : "player.away");
    }
  }

  /** What a browser recorded does not say how long it is, until its end was looked for. */
  async #measured() {
    if (Number.isFinite(this.audio.duration)) return;
    const found = new Promise((done) => this.audio.addEventListener("durationchange", done, { once: true }));
    this.audio.currentTime = 1e7;
    await found;
    this.audio.currentTime = 0;
  }

  #hear() {
    const turned = () => {
      const plays = !this.audio.paused;
      fill(this.#turn, icon(plays ? "pause" : "play"));
      const words = t(plays ? "player.pause" : "player.play");
      this.#turn.setAttribute("aria-label", words);
      this.#turn.title = words;
      if (plays) this.#run();
    };
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, turned);
    this.audio.addEventListener("seeked", () => this.#tick());
  }

  /** As often as the screen is drawn: timeupdate comes four times a second, words are shorter. */
  #run() {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      this.#tick();
      if (!this.audio.paused) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #tick() {
    const at = this.audio.currentTime;
    if (this.#until !== null && at >= this.#until) {
      this.#until = null;
      this.audio.pause();
    }
    const shown = `${clock(at)} / ${clock(this.#duration)}`;
    if (this.#clock.textContent !== shown) this.#clock.textContent = shown;
    this.wave.at(at);
    this.dispatchEvent(new CustomEvent("time", { detail: { at, plays: !this.audio.paused } }));
  }

  get at() {
    return this.audio.currentTime;
  }

  toggle() {
    this.#until = null;
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  seek(at) {
    this.#until = null;
    this.audio.currentTime = Math.max(0, Math.min(at, this.#duration || at));
  }

  step(steps) {
    this.seek(this.at + steps * STEP);
  }

  /** A quote: from its first word to its last. */
  playFrom(start, end = null) {
    this.seek(start);
    this.#until = end;
    this.audio.play().catch(() => {});
  }

  #close() {
    cancelAnimationFrame(this.#frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    if (this.#url) URL.revokeObjectURL(this.#url);
  }
}
