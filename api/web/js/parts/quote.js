/* Quotes: the words in the transcript that something rests on. A click shows and plays them. */

import { h, icon } from "../dom.js";
import { clock, named } from "../words.js";

/** One that bubbles to the page, wherever the quote is shown. */
export function quoteButton(quote, work) {
  const speaker = work.transcript?.speakers.find((one) => one.id === quote.speaker);
  const by = speaker?.name ?? (quote.role ? named("role", quote.role) : quote.speaker ?? "");
  return h("button", { type: "button", class: "quote", onclick: (event) =>
    event.currentTarget.dispatchEvent(new CustomEvent("quote", { bubbles: true, detail: quote })) },
  icon("play"), h("span", {}, h("span", { class: "source" }, by, quote.start_ms !== null && quote.start_ms !== undefined ? ` ${clock(quote.start_ms / 1000)}` : ""),
    h("q", { lang: work.transcript?.language }, quote.quote)));
}

export const quoteList = (quotes, work) =>
  h("div", { class: "quotes", hidden: true }, quotes.map((quote) => quoteButton(quote, work)));
