/* The microphone, recorded as it is heard: every second goes to this browser's store at once. */

import * as kept from "./kept.js";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const SLICE = 1000;
const BITS = 64_000;

export const canRecord = () =>
  Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);

/** Records until stop(). ``level()`` is 0 to 1; ``failed(error)`` when the microphone goes away or
    the disk is full: what was kept until then is whole. */
export class Recorder {
  #stream; #media; #analyser; #context; #samples; #writing = Promise.resolve(); #number = 0;
  #since = null; #before = 0;

  static async start(owner, fields, failed) {
    const stream = await navigator.mediaDevices.getUserMedia({
      // A conversation across a desk is no telephone call: nothing is filtered out of it.
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true },
    });
    const made = new Recorder();
    await made.#begin(stream, owner, fields, failed);
    return made;
  }

  async #begin(stream, owner, fields, failed) {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
    this.#stream = stream;
    this.recording = kept.begin(owner, fields, type);
    await kept.save(this.recording);
    // Held as long as this tab lives, so that no other one offers to send half of it.
    kept.alone(this.recording.id, () => new Promise((free) => (this.release = free)));
    this.#listen(stream);
    this.#media = new MediaRecorder(stream, { mimeType: type || undefined, audioBitsPerSecond: BITS });
    this.#media.ondataavailable = ({ data }) => {
      if (!data.size) return;
      const number = this.#number++;
      this.onpart?.(data);
      this.#writing = this.#writing
        .then(() => kept.append(this.recording, number, data))
        .catch(failed);
    };
    this.#media.onerror = ({ error }) => failed(error);
    stream.getAudioTracks()[0].onended = () => failed(new DOMException("ended", "NotReadableError"));
    this.#media.start(SLICE);
    this.#since = performance.now();
    await navigator.storage?.persist?.();
  }

  #listen(stream) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  get paused() {
    return this.#media.state === "paused";
  }

  get seconds() {
    const now = this.#since === null ? 0 : performance.now() - this.#since;
    return (this.#before + now) / 1000;
  }

  /** Of the loudest sample now, on a scale of decibels: 0 is −60 dB, 1 is full scale. */
  level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const peak = this.#samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    return this.paused || peak === 0 ? 0 : Math.max(0, 1 + Math.log10(peak) / 3);
  }

  pause() {
    this.#media.pause();
    this.#before += performance.now() - this.#since;
    this.#since = null;
  }

  resume() {
    this.#media.resume();
    this.#since = performance.now();
  }

  /** Everything is in the store when this returns. */
  async stop() {
    const seconds = this.seconds;
    if (this.#media.state !== "inactive") {
      const over = new Promise((done) => (this.#media.onstop = done));
      this.#media.stop();
      await over;
    }
    this.#stream.getTracks().forEach((track) => track.stop());
    await this.#context.close();
    await this.#writing;
    Object.assign(this.recording, { state: "ready", seconds });
    await kept.save(this.recording);
    this.release?.();
    return this.recording;
  }
}
