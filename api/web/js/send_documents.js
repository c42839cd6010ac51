/* Documents of a patient to the service, as one resumable upload; and what is in a folder that was
   dropped. Names of documents are sent: they are how a reader knows them. */

import { arrive } from "./upload.js";

/** Files and fields, as a new record or added to one: its id. Goes on by itself after a lost network.
    ``told`` and ``signal`` as for recordings. Throws Refused. */
export async function sendDocuments(record, files, fields, { told, signal }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const one of files) form.append("file", one, one.name);
  // The browser writes the form as it would send it: the same bytes after every cut.
  const body = new Response(form);
  const media = body.headers.get("Content-Type");
  const made = await arrive({ fields: { form: media, record }, upload: null }, await body.blob(), { told, signal });
  if (!made) throw new DOMException("left", "AbortError");
  return made.record;
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
