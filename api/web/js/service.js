/* Requests to the service that this page came from, and who is signed in. The key is kept in this
   tab's session alone. */

const KEPT = "anamnese.key";
const LAUNCHED = "lau_";
export const BASE = "/v1";
const OUTSIDE = new Set(["/metrics", "/openapi.json", "/smart/ehrs", "/smart/session"]);

/** What the service refused: a stable code, and what to do. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? String(status));
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.hint = problem.hint ?? "";
    this.problem = problem;
  }
}

/** No answer at all. */
export class Away extends Error {}

let key = sessionStorage.getItem(KEPT);
let me = null;
let launch = null;
let onRefused = () => {};

export const who = () => me;

/** For a WebSocket, which has no headers. */
export const token = () => key;

/** The launch from an EHR that this session came from: {id, ehr, practitioner, patient}. */
export const launched = () => launch;

/** Told when the key is no longer taken. */
export const whenRefused = (told) => (onRefused = told);

/** Whose a recording on this device is. */
export const owner = () => (me ? `${me.organisation}/${me.id}` : null);

export async function signIn(given) {
  const before = key;
  key = given;
  try {
    me = await json("/me", { quiet: true });
    launch = given?.startsWith(LAUNCHED) ? await json("/smart/session", { quiet: true }) : null;
  } catch (error) {
    key = before;
    throw error;
  }
  if (given) sessionStorage.setItem(KEPT, given);
  return me;
}

/** With the key of this tab; without one, where the service asks for none. */
export async function signInAgain() {
  const open = document.querySelector("meta[name=authentication]").content === "none";
  if (key || open) await signIn(key);
}

/** After a launch: what the browser came back with is a cookie that no script reads, good for one
    trade. Throws Refused or Away. */
export async function takeLaunch(id) {
  let answer;
  try {
    answer = await fetch(`/smart/session/${id}`, { method: "POST", credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Away();
  }
  if (!answer.ok) throw await refusal(answer);
  return signIn(await answer.text());
}

export function signOut() {
  // Whether it arrives or not: the session ends by itself, too.
  if (key?.startsWith(LAUNCHED)) fetch("/smart/session", { method: "DELETE", headers: headers(), credentials: "omit", keepalive: true }).catch(() => {});
  key = me = launch = null;
  sessionStorage.removeItem(KEPT);
}

export function headers(more = {}) {
  return key ? { Authorization: `Bearer ${key}`, ...more } : more;
}

/** An answer of 2xx. Throws Refused or Away. */
export async function ask(path, { method = "GET", body, match, accept, quiet, signal, more = {} } = {}) {
  const sent = headers(more);
  if (accept) sent.Accept = accept;
  if (match) sent["If-Match"] = match;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(OUTSIDE.has(path) ? path : BASE + path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Away();
  }
  if (answer.ok) return answer;
  const refused = await refusal(answer);
  if (answer.status === 401 && !quiet) onRefused();
  throw refused;
}

export async function refusal(answer) {
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    // A proxy on the way may answer with anything.
  }
  return new Refused(answer.status, problem);
}

export const json = async (path, options) => (await ask(path, options)).json();

/** A document and the ETag that a change of it must send back. */
export async function versioned(path, options) {
  const answer = await ask(path, options);
  const content = await answer.json();
  // Weak ones are of an answer's form, the change is of its content.
  return { content, match: (answer.headers.get("ETag") ?? "*").replace(/^W\//, "") };
}

/** All pages of a list. */
export async function* pages(path) {
  let cursor = null;
  do {
    const joint = path.includes("?") ? "&" : "?";
    const page = await json(cursor ? `${path}${joint}cursor=${encodeURIComponent(cursor)}` : path);
    yield page.items;
    cursor = page.next_cursor;
  } while (cursor);
}
