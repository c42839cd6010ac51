/* Server-sent events by fetch, because EventSource cannot send an Authorization header. */

import { BASE, Refused, headers, refusal } from "./service.js";
import { pause } from "./wait.js";

const FINAL = new Set(["completed", "failed", "cancelled"]);

/** Every event of a job until its last one; a lost connection goes on after the last that came.
    ``away(true)`` is told while there is none. */
export async function* progress(job, { signal, away = () => {} }) {
  let last = null;
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      for await (const { id, data } of connection(job, last, signal)) {
        away(false);
        tries = 0;
        if (id) last = id;
        yield data;
        if (FINAL.has(data.status)) return;
      }
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;
      if (error instanceof Refused && error.status < 500 && error.status !== 429) throw error;
      away(true);
    }
    await pause(tries, signal);
  }
}

async function* connection(job, last, signal) {
  const more = last ? { "Last-Event-ID": last } : {};
  const url = `${BASE}/jobs/${job}/events`;
  const answer = await fetch(url, { headers: headers(more), signal, cache: "no-store" });
  if (!answer.ok) throw await refusal(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => cut(line)));
      if (fields.has("data")) yield { id: fields.get("id"), data: JSON.parse(fields.get("data")) };
    }
  }
}

function cut(line) {
  const at = line.indexOf(":");
  return [line.slice(0, at), line.slice(at + 1).trimStart()];
}
