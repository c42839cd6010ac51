/* Dates as precise as they were written: 2024, 2024-03 or 2024-03-12. */

import { spoken } from "./words.js";

const DAY = 86_400_000;
const SHAPES = [{ year: "numeric" }, { year: "numeric", month: "short" }, { year: "numeric", month: "short", day: "numeric" }];

const pieces = (date) => date.split("-").map(Number);

/** In the reader's language; "" for none. */
export function written(date) {
  if (!date) return "";
  const shape = SHAPES[pieces(date).length - 1];
  return new Intl.DateTimeFormat(spoken(), { ...shape, timeZone: "UTC" }).format(span(date)[0]);
}

/** [first, last] moment that it may mean, milliseconds. */
export function span(date) {
  const [year, month, of] = pieces(date);
  if (of) return [Date.UTC(year, month - 1, of), Date.UTC(year, month - 1, of) + DAY];
  if (month) return [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1)];
  return [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
}

/** Where it is drawn: the middle of what it may mean. */
export const middle = (date) => (span(date)[0] + span(date)[1]) / 2;
