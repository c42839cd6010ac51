/* Words while they are spoken: what is recorded also goes over a WebSocket. Whatever becomes of it,
   the recording is on this device and is sent as usual, unless the service has all of it. */

import { BASE, ask, json, token } from "./service.js";

const LAST_MS = 20_000;
const TRIES = 5;
const IDLE = 4408;

/** ``told({final, partial, speakers, first})`` as words come. ``add`` every part of the recording. */
export class Live {
  #socket = null; #parts = []; #sent = 0; #total = 0; #session = null; #fields; #told;
  #over = false; #tries = 0; #heard = 0; #known = 0; #first = 0; #ended = null; #ready = false; #idle = false;

  constructor(fields, told) {
    this.#fields = Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
    this.#told = told;
    this.#connect();
  }

  add(blob) {
    if (this.#over) return;
    this.#parts.push({ at: this.#total, blob });
    this.#total += blob.size;
    if (this.#idle) this.#connect();
    else this.#flush();
  }

  #connect() {
    const address = new URL(`${BASE}/consultations/live`, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.#ready = this.#idle = false;
    const socket = (this.#socket = new WebSocket(address));
    socket.onopen = () => {
      const first = this.#session
        ? { type: "resume", session: this.#session, heard: this.#heard }
        : { type: "start", audio: "container", fields: this.#fields };
      socket.send(JSON.stringify({ ...first, ...(token() ? { token: token() } : {}) }));
    };
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #hear(message) {
    if (message.type === "ready") {
      this.#session = message.session;
      this.#sent = message.offset;
      // Numbers of words count from where this hearing began.
      if (!message.continued) this.#first = this.#known;
      this.#ready = true;
      this.#tries = 0;
      this.#flush();
    } else if (message.type === "received") {
      this.#parts = this.#parts.filter(({ at, blob }) => at + blob.size > message.offset);
    } else if (message.type === "notice") {
      this.#first = this.#known;
    } else if (message.type === "words") {
      this.#known += message.final.length;
      this.#heard = message.final.at(-1)?.end ?? this.#heard;
      this.#told({ ...message, first: this.#first });
    } else if (message.type === "job") {
      this.#ended?.({ consultation: message.consultation_id, job: message.job_id });
    }
  }

  #flush() {
    if (!this.#ready) return;
    for (const { at, blob } of this.#parts) {
      if (at + blob.size <= this.#sent) continue;
      this.#socket.send(blob.slice(Math.max(0, this.#sent - at)));
      this.#sent = at + blob.size;
    }
    if (this.#ended && this.#sent === this.#total) this.#socket.send(JSON.stringify({ type: "end" }));
  }

  #closed(code) {
    this.#ready = false;
    if (this.#over) return;
    // A long pause: the session goes on with the next sound.
    if (code === IDLE && !this.#ended) {
      this.#idle = true;
      return;
    }
    // What was refused by name will be refused again.
    if (code >= 4000 || ++this.#tries > TRIES) this.#stop();
    else setTimeout(() => this.#over || this.#connect(), 1000 * this.#tries);
  }

  #stop() {
    this.#over = true;
    this.#ended?.(null);
  }

  /** All parts were added: {consultation, job} when the service has everything, else null. */
  async end() {
    if (this.#over) return this.#forget();
    if (this.#idle) this.#connect();
    const made = await new Promise((done) => {
      this.#ended = done;
      setTimeout(() => done(null), LAST_MS);
      this.#flush();
    });
    this.#over = true;
    this.#socket.close();
    return made ?? this.#forget();
  }

  /** Nothing of it stays at the service: the recording was thrown away. */
  async discard() {
    this.#over = true;
    this.#socket.close();
    await this.#forget();
  }

  /** Removes what arrived, for it is sent another way; the job, if there is one all the same. */
  async #forget() {
    if (!this.#session) return null;
    const path = `/uploads/${this.#session}`;
    try {
      await ask(path, { method: "DELETE", more: { "Tus-Resumable": "1.0.0" }, quiet: true });
      return null;
    } catch {
      const found = await json(path, { quiet: true }).catch(() => null);
      return found?.job ? { consultation: found.consultation_id, job: found.job.id } : null;
    }
  }
}
