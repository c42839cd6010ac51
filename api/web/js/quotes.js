/* Places in the transcript: characters of a segment's text ↔ its words. The text is the words
   joined by one space; Python counts code points, JavaScript UTF-16 units. */

const length = (text) => [...text].length;

/** Places of the words that a quote touches. */
export function covered(segment, start, end) {
  const found = [];
  let at = 0;
  for (const [place, word] of segment.words.entries()) {
    const after = at + length(word.text);
    if (at < end && after > start) found.push(place);
    at = after + 1;
  }
  return found;
}

export const textOf = (segment) => segment.words.map((word) => word.text).join(" ");

/** Of a selection of words, as evidence of a statement. */
export function quoteOf(segment, first, count) {
  const before = segment.words.slice(0, first).reduce((sum, word) => sum + length(word.text) + 1, 0);
  const words = segment.words.slice(first, first + count);
  const text = words.map((word) => word.text).join(" ");
  return { anchor: segment.id, quote_start: before, quote_end: before + length(text) };
}

/** Every word by the time it begins: {start, segment, word}; segments may overlap. */
export function times(transcript) {
  const all = [];
  transcript.segments.forEach((segment, number) =>
    segment.words.forEach((word, place) => all.push({ start: word.start_ms, segment: number, word: place })));
  return all.sort((a, b) => a.start - b.start);
}

/** What changed between two texts, in words: {first, count, text}; null where nothing did.
    At least one word on each side: words are replaced, never put where there was none. */
export function difference(before, after) {
  const old = before.split(" "), fresh = after.trim().split(/\s+/).filter(Boolean);
  if (old.join(" ") === fresh.join(" ") || !fresh.length) return null;
  let first = 0;
  while (first < old.length && first < fresh.length && old[first] === fresh[first]) first++;
  let end = 0;
  while (end < old.length - first && end < fresh.length - first && old.at(-1 - end) === fresh.at(-1 - end)) end++;
  while (old.length - end - first < 1 || fresh.length - end - first < 1) {
    if (end > 0) end--;
    else first--;
  }
  return { first, count: old.length - end - first, text: fresh.slice(first, fresh.length - end).join(" ") };
}
