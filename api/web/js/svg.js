/* Elements of a drawing, and scales; built without HTML, coloured by the style sheet alone. */

const SVG = "http://www.w3.org/2000/svg";

/** s("circle", {cx: 3, class: "dot"}, child, …) */
export function s(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** [least, most] of values → [from, to] of pixels. */
export const scale = ([least, most], [from, to]) => (value) =>
  most === least ? (from + to) / 2 : from + ((value - least) / (most - least)) * (to - from);

/** A few round values that lie within. */
export function ticks(least, most, wanted) {
  const rough = (most - least) / Math.max(1, wanted) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.ceil(least / step) * step;
  const made = [];
  for (let at = first; at <= most + step / 1e6; at += step) made.push(Number(at.toPrecision(12)));
  return made;
}

/** Draws now, and again whenever the place has another width. */
export function drawnToFit(place, draw, signal) {
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (place.clientWidth === width || !place.clientWidth) return;
    width = place.clientWidth;
    draw(width);
  });
  watch.observe(place);
  signal.addEventListener("abort", () => watch.disconnect());
}

/** One stop for the Tab key among many marks; arrows go on, Home and End to the ends. */
export function oneStop(marks) {
  marks.forEach((mark, number) => {
    mark.setAttribute("tabindex", number === 0 ? "0" : "-1");
    mark.addEventListener("keydown", (event) => {
      const to = { ArrowRight: number + 1, ArrowDown: number + 1, ArrowLeft: number - 1, ArrowUp: number - 1, Home: 0, End: marks.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") mark.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      else if (to === undefined) return;
      event.preventDefault();
      if (marks[to]) {
        marks.forEach((one) => one.setAttribute("tabindex", one === marks[to] ? "0" : "-1"));
        marks[to].focus();
      }
    });
  });
}
