/* Documents of a patient to the service in one request, with how far it is; and what is in a folder
   that was dropped. Names of documents are sent: they are how a reader knows them. */

import { Away, BASE, Refused, headers } from "./service.js";

/** POST files and fields. Resolves with what the service answers; throws Refused or Away. */
export function sendDocuments(path, files, fields, { told, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const one of files) form.append("file", one, one.name);
  return new Promise((done, failed) => {
    // fetch does not tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", BASE + path);
    for (const [name, value] of Object.entries(headers({ "Idempotency-Key": crypto.randomUUID() }))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => told(event.loaded, event.total);
    request.onerror = request.ontimeout = () => failed(new Away());
    request.onabort = () => failed(new DOMException("left", "AbortError"));
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A proxy on the way may answer with anything.
      }
      if (request.status >= 200 && request.status < 300) done(answer);
      else failed(new Refused(request.status, answer));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** Files of a drop, those in folders too. */
export async function dropped(transfer) {
  // Entries are gone after the first pause.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(within))).flat();
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(within))).flat();
}

/** What systems leave in folders, and nobody means to send. */
export const meant = (file) => !file.name.startsWith(".") && !["Thumbs.db", "desktop.ini"].includes(file.name);
