/* The recording's loudness as bars, where one can be: a slider for the keyboard and the mouse. */

import { h } from "../dom.js";
import { clock, t } from "../words.js";

const BAR = 3, GAP = 1;

export class Waveform {
  #duration; #peaks = []; #marks = []; #drawn = null; #at = 0; #x = -1;

  constructor(duration, seek) {
    this.#duration = duration;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.cursor = h("span", { class: "cursor", "aria-hidden": "true" });
    this.element = h("div", { class: "waveform", role: "slider", tabindex: 0, "aria-label": t("player.position"),
      "aria-valuemin": 0, "aria-valuemax": Math.round(duration), "aria-valuenow": 0, "aria-valuetext": clock(0), "data-key": "wave" },
    this.canvas, this.cursor);
    const point = (event) => {
      const box = this.element.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * duration);
    };
    this.element.addEventListener("pointerdown", (event) => { this.element.setPointerCapture(event.pointerId); point(event); });
    this.element.addEventListener("pointermove", (event) => event.buttons && point(event));
    this.element.addEventListener("keydown", (event) => {
      const moved = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? duration : moved ? this.#at + moved : null;
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      seek(to);
    });
    new ResizeObserver(() => this.#paint()).observe(this.element);
    addEventListener("themechange", () => this.#paint());
  }

  draw({ peaks }) {
    this.#peaks = peaks;
    this.#paint();
  }

  /** Stretches to show, in seconds: [[start, end], …] */
  mark(stretches) {
    this.#marks = stretches;
    this.#paint();
  }

  at(seconds) {
    this.#at = seconds;
    const width = this.#drawn ?? 0;
    const x = Math.round((this.#duration ? seconds / this.#duration : 0) * width);
    if (x === this.#x) return;
    this.#x = x;
    this.cursor.style.transform = `translateX(${x}px)`;
    this.element.setAttribute("aria-valuenow", Math.round(seconds));
    this.element.setAttribute("aria-valuetext", clock(seconds));
  }

  #paint() {
    const { width, height } = this.element.getBoundingClientRect();
    if (!width) return;
    this.#drawn = width;
    const scale = devicePixelRatio;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const on = this.canvas.getContext("2d");
    on.scale(scale, scale);
    const style = getComputedStyle(this.element);
    const [plain, lit] = [style.getPropertyValue("color"), style.getPropertyValue("outline-color")];
    const bars = Math.floor(width / (BAR + GAP));
    for (let bar = 0; bar < bars; bar++) {
      const from = Math.floor((bar / bars) * this.#peaks.length), to = Math.ceil(((bar + 1) / bars) * this.#peaks.length);
      let peak = 0;
      for (let place = from; place < to; place++) peak = Math.max(peak, this.#peaks[place]);
      const tall = Math.max(2, (peak / 255) * height);
      const seconds = ((bar + 0.5) / bars) * this.#duration;
      on.fillStyle = this.#marks.some(([start, end]) => seconds >= start - 0.2 && seconds <= end + 0.2) ? lit : plain;
      on.fillRect(bar * (BAR + GAP), (height - tall) / 2, BAR, tall);
    }
    this.#x = -1;
    this.at(this.#at);
  }
}
