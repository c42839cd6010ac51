/* When things happened: a plot by kind of event, and the same as a table. A day is a dot, a month
   or a year is as long as what it may mean. */

import { fill, h } from "../dom.js";
import { drawnToFit, oneStop, s, scale } from "../svg.js";
import { middle, span, written } from "../dates.js";
import { documentName, sources } from "./source.js";
import { named, t } from "../words.js";

const YEAR = 365.25 * 86_400_000;
const RANGES = [null, 10, 3];
const MOST_ROWS = 5;
const ROW = 18, LEFT = 118, WIDE = 560;

export function timeline(record, signal) {
  const events = record.synthesis.timeline;
  if (!events.length) return null;
  let years = null;
  const caption = h("p", { class: "hint plot-caption", "aria-hidden": "true" }, t("timeline.hint"));
  const place = h("div", { class: "plot" });
  const chips = RANGES.map((one) => h("button", { type: "button", class: "chip", "aria-pressed": String(one === years), onclick: (event) => {
    years = one;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip === event.currentTarget));
    draw(place.clientWidth);
  } }, one ? t("timeline.years", { count: one }) : t("timeline.all")));
  const draw = (width) => fill(place, plot(record, { events, years, width, caption }));
  drawnToFit(place, draw, signal);
  return h("section", { class: "card timeline", "aria-labelledby": "timeline-title" },
    h("header", { class: "plot-head" }, h("h2", { id: "timeline-title" }, t("timeline.title")), h("div", { class: "chips" }, chips)),
    place, caption,
    h("details", {}, h("summary", {}, t("timeline.table")), h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("timeline.table") },
      h("table", { class: "timeline-table" }, h("thead", {}, h("tr", {}, ["timeline.when", "timeline.kind", "timeline.what", "table.source"].map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, events.map((one) => h("tr", {}, h("td", { class: "nowrap" }, written(one.date)), h("td", {}, named("category", one.category)), h("td", { lang: record.synthesis.language }, one.text), h("td", {}, sources(record, one.evidence)))))))));
}

function plot(record, { events, years, width, caption }) {
  const written_ = record.found.documents.filter((one) => one.status === "read" && one.date);
  const ends = [...events, ...written_].flatMap((one) => span(one.date));
  const latest = Math.max(...ends);
  const since = years ? latest - years * YEAR : Math.min(...ends);
  const inside = (one) => span(one.date)[1] > since;
  const kinds = [...new Set(events.filter(inside).map((one) => one.category))];
  const wide = width >= WIDE;
  const x = scale([since, latest], [wide ? LEFT : 10, width - 12]);
  const lanes = [...kinds.map((kind) => ({ name: named("category", kind), kind, all: events.filter((one) => one.category === kind && inside(one)) })),
    { name: t("record.documents"), kind: "document", all: written_.filter(inside) }];
  const marks = [], parts = [];
  let y = 8;
  for (const [number, lane] of lanes.entries()) {
    const rows = stacked(lane.all, x);
    const depth = Math.max(1, ...rows.map((row) => row + 1));
    const label = wide ? 0 : 18, tall = depth * ROW + label + 6;
    if (number % 2 === 0) parts.push(s("rect", { class: "lane", x: 0, y, width, height: tall, rx: 6 }));
    const text = s("text", { class: "lane-name", x: wide ? 8 : 6, y: wide ? y + tall / 2 + 4 : y + 14 });
    text.textContent = lane.name;
    parts.push(text);
    lane.all.forEach((one, at) => marks.push({ one, mark: mark(record, lane, one, x, y + label + rows[at] * ROW + ROW / 2 + 3, since, caption) }));
    y += tall;
  }
  marks.sort((a, b) => middle(a.one.date) - middle(b.one.date));
  oneStop(marks.map((one) => one.mark));
  const axis = calendar(since, latest, width - (wide ? LEFT : 10), x).map(([at, words]) => {
    const text = s("text", { class: "tick", x: x(at), y: y + 18, "text-anchor": x(at) > width - 30 ? "end" : x(at) < 24 ? "start" : "middle" });
    text.textContent = words;
    return [s("line", { class: "grid", x1: x(at), x2: x(at), y1: 8, y2: y + 3 }), text];
  });
  return s("svg", { class: "chart", width, height: y + 26, viewBox: `0 0 ${width} ${y + 26}`, role: "group", "aria-label": t("timeline.label", { count: events.length }) },
    parts.filter((one) => one.tagName === "rect"), axis.flat(), parts.filter((one) => one.tagName !== "rect"), marks.map((one) => one.mark));
}

/** The row of each, so that none covers another; where too many are close, some do. */
function stacked(all, x) {
  const ends = [];
  const order = all.map((one, at) => at).sort((a, b) => span(all[a].date)[0] - span(all[b].date)[0]);
  const rows = [];
  for (const at of order) {
    const [from, to] = span(all[at].date).map(x);
    let row = ends.findIndex((end) => end + 2 <= Math.min(from, middle_(from, to) - 7));
    if (row < 0) row = ends.length < MOST_ROWS ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(to, middle_(from, to) + 7);
    rows[at] = row;
  }
  return rows;
}

const middle_ = (from, to) => (from + to) / 2;

function mark(record, lane, one, x, y, since, caption) {
  const [from, to] = span(one.date).map((at) => x(Math.max(at, since)));
  const isDocument = lane.kind === "document";
  const words = isDocument ? documentName(record, one.id) : `${written(one.date)} — ${lane.name} : ${one.text}`;
  const tell = () => (caption.textContent = words);
  const open = (event) => (isDocument ? record.open(one.id, null, event.currentTarget) : record.open(one.evidence[0].source, one.evidence[0], event.currentTarget));
  const length = Math.max(to - from, 0);
  const shape = length > 12
    ? s("rect", { class: "bar", x: from, y: y - 5, width: length, height: 10, rx: 5 })
    : isDocument ? s("rect", { class: "dot", x: middle_(from, to) - 5, y: y - 5, width: 10, height: 10, rx: 2 })
      : s("circle", { class: "dot", cx: middle_(from, to), cy: y, r: 6 });
  return s("g", { class: `event ${isDocument ? "is-document" : ""}`, role: "button", "aria-label": words, onclick: open, onfocus: tell, onmouseenter: tell },
    s("rect", { class: "reach", x: middle_(from, to) - Math.max(9, length / 2), y: y - 9, width: Math.max(18, length), height: 18 }), shape);
}

/** Beginnings of years or months that leave room for their words. */
function calendar(since, until, pixels, x) {
  const months = (until - since) / (YEAR / 12);
  const room = Math.max(2, Math.floor(pixels / 74));
  const step = [1, 3, 6, 12, 24, 60, 120, 240].find((one) => months / one <= room) ?? 240;
  const begin = new Date(since);
  const made = [];
  let month = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth()) / step) * step;
  for (; ; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (at > until) return made;
    if (at >= since) made.push([at, written(step % 12 === 0 ? String(Math.floor(month / 12)) : `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`)]);
  }
}
