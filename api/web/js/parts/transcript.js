/* The transcript: who said what, when. Long ones scroll without a stall because the browser lays
   out what is in sight alone (content-visibility), and one word a frame changes. */

import { fill, h, icon, keepingFocus } from "../dom.js";
import { covered, times } from "../quotes.js";
import { speakerName } from "./speakers.js";
import { clock, t } from "../words.js";
import { editSegment } from "./segment.js";
import { correctionOf } from "./correction.js";

const UNSURE = 0.5;

export class TranscriptView extends EventTarget {
  #segments = new Map(); #times; #now = -1; #lit = []; #active = 0; #list;
  follow = true;

  constructor(work, player, signal) {
    super();
    this.work = work;
    this.player = player;
    this.#list = h("ol", { class: "segments", "aria-label": t("transcript.title") });
    this.element = h("div", { class: "transcript-scroll", tabindex: -1 }, this.#list);
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("keydown", (event) => this.#keyed(event));
    for (const name of ["wheel", "touchmove"])
      this.element.addEventListener(name, () => this.setFollow(false), { passive: true });
    work.addEventListener("transcript", () => keepingFocus(() => this.draw()), { signal });
    work.addEventListener("note", () => this.#cited(), { signal });
    player?.addEventListener("time", ({ detail }) => this.#spoken(detail), { signal });
    this.draw();
  }

  draw() {
    const { transcript } = this.work;
    this.#segments.clear();
    this.#now = -1;
    this.#times = times(transcript);
    const before = [];
    const gaps = [...transcript.gaps];
    for (const [number, segment] of transcript.segments.entries()) {
      while (gaps.length && gaps[0].start_ms <= segment.words[0].start_ms) before.push(this.#gap(gaps.shift()));
      before.push(this.#segment(segment, number));
    }
    fill(this.#list, before, gaps.map((gap) => this.#gap(gap)));
    this.#cited();
    this.#relight();
  }

  #segment(segment, number) {
    const speaker = this.work.transcript.speakers.find((one) => one.id === segment.speaker);
    const timed = this.work.transcript.timed !== false;
    const words = segment.words.map((word) =>
      h("span", { class: word.probability < UNSURE ? "w unsure" : "w", title: word.probability < UNSURE ? t("transcript.unsure") : null }, word.text));
    const text = h("p", { class: "said", lang: this.work.transcript.language });
    const corrections = this.work.transcript.corrections.filter((one) => one.segment === segment.id);
    words.forEach((word, at) => {
      const found = corrections.find((one) => at >= one.first && at < one.first + one.count);
      if (found) word.classList.add("corrected", found.state);
      text.append(word, found && at === found.first + found.count - 1 ? correctionOf(found, this.work) : "", " ");
    });
    const row = h("li", { class: `segment role-${speaker.role}`, tabindex: number === this.#active ? 0 : -1,
      data: { id: segment.id, number, key: `segment ${segment.id}` } },
    h("div", { class: "by" }, h("span", { class: "speaker" }, speakerName(speaker)),
      timed && h("time", {}, clock(segment.words[0].start_ms / 1000)), h("span", { class: "cited" })),
    text);
    this.#segments.set(segment.id, { row, words, text, segment });
    return row;
  }

  #gap(gap) {
    return h("li", { class: "gap" }, icon("warning"), t(`gap.${gap.reason}`, { at: clock(gap.start_ms / 1000), seconds: Math.round((gap.end_ms - gap.start_ms) / 1000) }));
  }

  /** How many statements rest on each segment. */
  #cited() {
    const counts = new Map();
    for (const statement of this.work.statements())
      for (const anchor of new Set(statement.evidence.map((quote) => quote.anchor)))
        counts.set(anchor, (counts.get(anchor) ?? 0) + 1);
    for (const [id, { row }] of this.#segments) {
      const count = counts.get(id) ?? 0;
      const place = row.querySelector(".cited");
      fill(place, count > 0 && [icon("file"), String(count)]);
      if (count) place.title = t("transcript.cited", { count });
      row.classList.toggle("has-statements", count > 0);
    }
  }

  #clicked(event) {
    if (event.target.closest("button, input, textarea, select, summary, .editing")) return;
    const row = event.target.closest("li.segment");
    if (!row || getSelection().toString()) return;
    const { segment, words } = this.#segments.get(row.dataset.id);
    this.#activate(Number(row.dataset.number));
    const word = words.indexOf(event.target.closest(".w"));
    this.player?.seek(segment.words[Math.max(0, word)].start_ms / 1000);
    this.dispatchEvent(new CustomEvent("segment", { detail: { id: segment.id } }));
  }

  #keyed(event) {
    const row = event.target.closest("li.segment");
    if (!row || event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(row.dataset.number);
    const rows = this.work.transcript.segments.length;
    const to = { ArrowDown: number + 1, ArrowUp: number - 1, Home: 0, End: rows - 1 }[event.key];
    const { segment } = this.#segments.get(row.dataset.id);
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.#activate(Math.max(0, Math.min(rows - 1, to)), true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.player?.playFrom(segment.words[0].start_ms / 1000);
      this.dispatchEvent(new CustomEvent("segment", { detail: { id: segment.id } }));
    } else if (event.key === "e" || event.key === "F2") {
      event.preventDefault();
      event.stopPropagation();
      this.edit(segment.id);
    }
  }

  #row(number) {
    return this.#segments.get(this.work.transcript.segments[number]?.id)?.row;
  }

  #activate(number, focus = false) {
    const before = this.#row(this.#active);
    if (before) before.tabIndex = -1;
    this.#active = number;
    const row = this.#row(number);
    row.tabIndex = 0;
    if (focus) row.focus();
  }

  get active() {
    return this.work.transcript.segments[this.#active]?.id;
  }

  edit(id) {
    const place = this.#segments.get(id);
    if (place) editSegment(place, this.work);
  }

  /** Light up the words of quotes and show the first. */
  light(quotes, { scroll = true } = {}) {
    this.#lit = quotes;
    this.#relight();
    if (scroll && quotes.length) this.show(quotes[0].anchor);
  }

  #relight() {
    for (const word of this.element.querySelectorAll(".w.lit")) word.classList.remove("lit");
    for (const row of this.element.querySelectorAll(".segment.lit")) row.classList.remove("lit");
    for (const quote of this.#lit) {
      const place = this.#segments.get(quote.anchor);
      if (!place) continue;
      place.row.classList.add("lit");
      for (const at of covered(place.segment, quote.quote_start, quote.quote_end)) place.words[at].classList.add("lit");
    }
  }

  show(id) {
    const place = this.#segments.get(id);
    if (!place) return;
    this.#activate(Number(place.row.dataset.number));
    this.#scrollTo(place.row);
  }

  /** Within its own column: the rest of the page stays where it is. */
  #scrollTo(row) {
    const box = this.element, top = row.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (box.scrollHeight <= box.clientHeight + 1) return row.scrollIntoView({ block: "nearest" });
    const seen = top > box.clientHeight * 0.08 && top + row.offsetHeight < box.clientHeight * 0.8;
    if (!seen) box.scrollTop += top - box.clientHeight * 0.3;
  }

  setFollow(on) {
    if (this.follow === on) return;
    this.follow = on;
    this.dispatchEvent(new Event("follow"));
    if (on && this.#now >= 0) this.#scrollTo(this.#place(this.#now).row);
  }

  #place(now) {
    return this.#segments.get(this.work.transcript.segments[this.#times[now].segment].id);
  }

  #spoken({ at, plays }) {
    const now = this.#find(at * 1000);
    if (now === this.#now) return;
    const before = this.#now >= 0 ? this.#times[this.#now] : null;
    if (before) this.#place(this.#now).words[before.word]?.classList.remove("now");
    const moved = before?.segment !== this.#times[now]?.segment;
    if (before && moved) this.#place(this.#now).row.classList.remove("now");
    this.#now = now;
    if (now < 0) return;
    const place = this.#place(now);
    place.words[this.#times[now].word].classList.add("now");
    place.row.classList.add("now");
    if (moved && this.follow && plays) this.#scrollTo(place.row);
  }

  /** The last word that began by then; −1 before the first. */
  #find(ms) {
    let low = 0, high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle].start <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
