/* Results over time: a line for each measurement in one unit, every value with its source. What
   rises or falls is arithmetic, no judgement: it has no colour. */

import { fill, h } from "../dom.js";
import { drawnToFit, oneStop, s, scale, ticks } from "../svg.js";
import { middle, written } from "../dates.js";
import { sourceButton } from "./source.js";
import { named, number, t } from "../words.js";

const HEIGHT = 150, LEFT = 42, RIGHT = 16, TOP = 22, BOTTOM = 24;

export function trends(record, signal) {
  const all = series(record.synthesis);
  if (!all.length) return null;
  const plotted = all.filter((one) => one.dated.length > 1);
  return h("section", { class: "card trends", "aria-labelledby": "trends-title" },
    h("h2", { id: "trends-title" }, t("trends.title")),
    plotted.length > 0 && h("div", { class: "charts" }, plotted.map((one) => chart(record, one, signal))),
    h("details", { open: plotted.length === 0 }, h("summary", {}, t("trends.values")), h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("trends.values") },
      h("table", {}, h("thead", {}, h("tr", {}, ["table.measure", "timeline.when", "table.value", "table.source"].map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, all.flatMap((one) => one.points.map((point) => h("tr", {}, h("td", {}, one.name), h("td", { class: "nowrap" }, written(point.date) || t("record.undated")),
          h("td", {}, h("strong", { class: "nowrap" }, `${value(point)} ${one.unit}`)), h("td", {}, sourceButton(record, point.evidence))))))))));
}

/** Those of the synthesis, and markers of the history of cancer that are not among them. */
function series(synthesis) {
  const known = new Set(synthesis.results.map((one) => one.name));
  const markers = (synthesis.oncology?.series ?? []).filter((one) => !known.has(one.marker)).map((one) => ({ ...one, name: one.marker }));
  return [...synthesis.results, ...markers].map((one) => ({ ...one, name: named("result", one.name), unit: unit(one.unit), dated: one.points.filter((point) => point.date) }));
}

/** UCUM as it is read. */
const unit = (code) => (code ?? "").replace("[Hg]", "Hg").replace(/^umol/, "µmol").replace(/^ug/, "µg");

const value = (point) => `${point.comparator ?? ""}${number(point.value)}${point.diastolic ? `/${number(point.diastolic)}` : ""}`;

function chart(record, one, signal) {
  const place = h("div", { class: "plot" });
  drawnToFit(place, (width) => fill(place, drawing(record, one, width)), signal);
  return h("figure", {}, h("figcaption", {}, h("strong", {}, one.name), one.unit && h("span", { class: "hint" }, ` ${one.unit}`),
    one.trend && h("span", { class: "hint" }, ` · ${t(`trend.${one.trend}`)}`)), place);
}

function drawing(record, one, width) {
  const values = one.dated.flatMap((point) => [point.value, point.diastolic].filter((each) => each !== null && each !== undefined));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || Math.abs(most) || 1) * 0.25;
  const bounds = [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
  const days = one.dated.map((point) => middle(point.date));
  const x = scale([days[0], days.at(-1)], [LEFT + 14, width - RIGHT - 14]);
  const y = scale(bounds, [HEIGHT - BOTTOM, TOP]);
  const words = (text, attributes) => {
    const made = s("text", attributes);
    made.textContent = text;
    return made;
  };
  const path = (field) => s("path", { class: "trend", d: one.dated.map((point, at) => `${at ? "L" : "M"}${x(days[at])} ${y(point[field])}`).join("") });
  const pairs = one.dated.every((point) => point.diastolic);
  let last = -Infinity;
  const marks = one.dated.map((point, at) => {
    const shown = x(days[at]) - last > 34;
    if (shown) last = x(days[at]);
    return s("g", { class: "event", role: "button", "aria-label": `${one.name}, ${written(point.date)} : ${value(point)} ${one.unit}`, onclick: (event) => record.open(point.evidence.source, point.evidence, event.currentTarget) },
      s("rect", { class: "reach", x: x(days[at]) - 12, y: y(point.value) - 12, width: 24, height: 24 }),
      s("circle", { class: `dot ${point.comparator ? "bound" : ""}`, cx: x(days[at]), cy: y(point.value), r: 5 }),
      pairs ? s("circle", { class: "dot", cx: x(days[at]), cy: y(point.diastolic), r: 4 }) : null,
      shown ? words(value(point), { class: "value", x: x(days[at]), y: y(point.value) - 11, "text-anchor": "middle" }) : null);
  });
  oneStop(marks);
  return s("svg", { class: "chart", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "group", "aria-label": t("trends.label", { name: one.name, count: one.dated.length }) },
    ticks(...bounds, 3).map((at) => [s("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(at), y2: y(at) }), words(number(at), { class: "tick", x: LEFT - 6, y: y(at) + 4, "text-anchor": "end" })]).flat(),
    words(written(one.dated[0].date), { class: "tick", x: LEFT, y: HEIGHT - 5 }),
    words(written(one.dated.at(-1).date), { class: "tick", x: width - 4, y: HEIGHT - 5, "text-anchor": "end" }),
    path("value"), pairs ? path("diastolic") : null, marks);
}
