/* Recordings that are not yet at the service, in this browser's IndexedDB, part by part: a closed
   tab or a lost network loses nothing. They are deleted once the service has them.

   recording: {id, owner, created, state, fields, upload, type, name, bytes}
     state: recording | ready; upload: the address of its resumable upload, once begun. */

const NAME = "anamnese";
let opened = null;

function database() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("recordings", { keyPath: "id" });
      asked.result.createObjectStore("parts", { keyPath: ["recording", "number"] });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

/** Run requests in one transaction: they are all kept, or none is. */
async function transaction(mode, work) {
  const base = await database();
  return new Promise((done, failed) => {
    const within = base.transaction(["recordings", "parts"], mode, { durability: "strict" });
    let result;
    within.oncomplete = () => done(result?.result);
    within.onerror = within.onabort = () => failed(within.error);
    result = work(within.objectStore("recordings"), within.objectStore("parts"));
  });
}

const parts = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

export const save = (recording) => transaction("readwrite", (all) => all.put(recording));

export const find = (id) => transaction("readonly", (all) => all.get(id));

/** Those of one person at one organisation, oldest first. */
export async function all(owner) {
  const every = await transaction("readonly", (recordings) => recordings.getAll());
  return every.filter((one) => one.owner === owner).sort((a, b) => (a.created < b.created ? -1 : 1));
}

export function append(recording, number, blob) {
  recording.bytes += blob.size;
  return transaction("readwrite", (recordings, pieces) => {
    pieces.put({ recording: recording.id, number, blob });
    return recordings.put(recording);
  });
}

/** The whole of it; the browser keeps blobs on disk. */
export async function whole(recording) {
  const pieces = await transaction("readonly", (_, all) => all.getAll(parts(recording.id)));
  return new Blob(pieces.map((piece) => piece.blob), { type: recording.type });
}

export const remove = (id) =>
  transaction("readwrite", (recordings, pieces) => {
    pieces.delete(parts(id));
    return recordings.delete(id);
  });

/** Do something while no other tab does anything with this recording; null when one does. */
export const alone = (id, work) =>
  navigator.locks.request(`recording ${id}`, { ifAvailable: true }, (lock) => (lock ? work() : null));

/** Whether another tab records or sends it. */
export async function busy(id) {
  const { held } = await navigator.locks.query();
  return held.some((lock) => lock.name === `recording ${id}`);
}

export function begin(owner, fields, type) {
  const id = crypto.randomUUID();
  const created = new Date().toISOString();
  return { id, owner, created, state: "recording", fields, upload: null, type, bytes: 0, seconds: null };
}
