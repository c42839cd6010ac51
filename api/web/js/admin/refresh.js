/* Sections that stay as true as they are open: lists are asked for again while somebody looks at them,
   and only what has changed is drawn, so that nothing typed, focused, selected or scrolled is lost. */

import { fill, keepingFocus } from "../dom.js";

const EVERY = 5000;

/** ``again()`` draws the lists of a section; not while a window is open, a button at work, or words
    are being selected. A network that is away is told by nothing but the same lists. */
export function refreshing(place, again, signal, every = EVERY) {
  let asking = false;
  const due = () => !asking && !document.hidden && !document.querySelector("dialog[open]") && !place.querySelector("button:disabled") && !selecting(place);
  const turn = async () => {
    if (!due()) return;
    asking = true;
    await again().catch(() => {});
    asking = false;
  };
  const timer = setInterval(turn, every);
  document.addEventListener("visibilitychange", turn, { signal });
  signal.addEventListener("abort", () => clearInterval(timer));
}

function selecting(place) {
  const chosen = getSelection();
  return !chosen.isCollapsed && place.contains(chosen.anchorNode);
}

/** Draw a list as it is now; one that has not changed is left alone. */
export function redraw(place, ...content) {
  const fresh = fill(place.cloneNode(false), content);
  if (fresh.isEqualNode(place)) return;
  const scrolled = () => [...place.querySelectorAll(".table-scroll")];
  const before = scrolled().map((one) => one.scrollLeft);
  keepingFocus(() => place.replaceChildren(...fresh.childNodes));
  scrolled().forEach((one, number) => (one.scrollLeft = before[number] ?? 0));
}

/** As many pages of a list as are open, asked for anew: its rows, and whether there are more. */
export async function pages(ask, count) {
  const rows = [];
  let cursor = null;
  do {
    const found = await ask(cursor);
    rows.push(...found.items);
    cursor = found.next_cursor;
  } while (cursor && --count > 0);
  return { rows, more: Boolean(cursor) };
}
