/* Resumable uploads by tus 1.0: what was cut half way goes on where it was. */

import { Away, BASE, Refused, headers, refusal } from "./service.js";
import * as kept from "./kept.js";
import { pause } from "./wait.js";

const PART = 4 << 20;
const TUS = { "Tus-Resumable": "1.0.0" };

/** Send a kept recording and forget it. Tries until it arrives: ``told({sent, total, away})``.
    Returns {consultation, job}; null when it was stopped, or another tab does it. Throws Refused. */
export const send = (recording, options) =>
  kept.alone(recording.id, async () => {
    const blob = await kept.whole(recording);
    const made = await arrive(recording, blob, { ...options, save: kept.save });
    if (made) await kept.remove(recording.id);
    return made;
  });

/** The same of any bytes: ``what`` has the fields that come with them, and the address of their
    upload once ``save(what)`` is told that there is one. */
export async function arrive(what, blob, { told, signal, save = async () => {} }) {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      return await go(what, blob, save, (sent) => {
        tries = 0;
        told({ sent, total: blob.size, away: false });
      }, signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (error instanceof Refused && !passes(error.status)) throw error;
      if (!(error instanceof Refused)) told({ total: blob.size, away: true });
    }
    await pause(tries, signal);
  }
  return null;
}

/** Whether trying again may help: another part is being written, or the service is busy. */
const passes = (status) => status >= 500 || [409, 423, 429, 460].includes(status);

async function go(what, blob, save, sent, signal) {
  let offset = await begun(what, signal);
  if (offset === null) {
    what.upload = await create(what, blob.size, signal);
    await save(what);
    offset = 0;
  }
  sent(offset);
  while (offset < blob.size) {
    const answer = await call(what.upload, {
      method: "PATCH",
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: blob.slice(offset, offset + PART),
      signal,
    });
    offset = Number(answer.headers.get("Upload-Offset"));
    sent(offset);
    if (offset >= blob.size) return told(answer);
  }
  // The last part arrived, its answer did not.
  return told(await call(what.upload, { method: "HEAD", signal }));
}

const told = (answer) => ({
  record: answer.headers.get("Anamnese-Record"),
  consultation: answer.headers.get("Anamnese-Consultation"),
  job: answer.headers.get("Anamnese-Job"),
});

/** How much has arrived; null when there is no upload yet, or it has expired. */
async function begun(what, signal) {
  if (!what.upload) return null;
  try {
    const answer = await call(what.upload, { method: "HEAD", signal });
    return Number(answer.headers.get("Upload-Offset"));
  } catch (error) {
    if (error instanceof Refused && [404, 410].includes(error.status)) return null;
    throw error;
  }
}

async function create(what, length, signal) {
  const pairs = Object.entries(what.fields).filter(([, value]) => value);
  const metadata = pairs.map(([name, value]) => `${name} ${base64(value)}`).join(",");
  const more = metadata ? { "Upload-Metadata": metadata } : {};
  const answer = await call(`${BASE}/uploads`, {
    method: "POST",
    headers: { "Upload-Length": String(length), ...more },
    signal,
  });
  return answer.headers.get("Location");
}

async function call(url, { headers: more = {}, ...rest }) {
  let answer;
  try {
    answer = await fetch(url, { ...rest, headers: headers({ ...TUS, ...more }), cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Away();
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

const base64 = (text) =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
