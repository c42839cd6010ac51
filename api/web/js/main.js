/* Which page is shown: the address after # says. */

import { fill } from "./dom.js";
import { load } from "./words.js";
import { signInAgain, signOut, takeLaunch, whenRefused, who, Away, Refused } from "./service.js";
import { drawTop } from "./parts/top.js";
import { say, explain } from "./parts/toast.js";
import { applyTheme } from "./theme.js";
import { signInPage } from "./pages/signin.js";
import { listPage } from "./pages/list.js";
import { newPage } from "./pages/new.js";
import { consultationPage } from "./pages/consultation.js";
import { recordsPage } from "./pages/records.js";
import { newRecordPage } from "./pages/record_new.js";
import { recordPage } from "./pages/record.js";
import { named, t } from "./words.js";

const ROUTES = [
  [/^$/, listPage],
  [/^new$/, newPage],
  [/^admin(?:\/([a-z]+))?$/, adminPage],
  [/^records$/, recordsPage],
  [/^records\/new$/, newRecordPage],
  [/^r\/(rec_[0-9a-f]+)(?:\/(\d+))?$/, recordPage],
  [/^c\/(con_[0-9a-f]+)(?:\/([a-z0-9-]+))?$/, consultationPage],
];
/** Few open it: its modules are asked for only then. */
async function adminPage(...given) {
  const found = await import("./pages/admin.js");
  await found.adminPage(...given);
}

const main = document.getElementById("main");
let leave = null;

export const go = (where) => (location.hash = `#/${where}`);

/** Draw the page anew; each returns what to do when it is left. */
async function show() {
  leave?.();
  leave = null;
  const where = location.hash.replace(/^#\/?/, "");
  const [page, values] = route(where);
  drawTop({ where, redraw: show, out });
  fill(main);
  main.className = "";
  const leaving = new AbortController();
  leave = () => leaving.abort();
  try {
    if (who() === null) await signInPage(main, { done: show, signal: leaving.signal });
    else await page(main, { go, values, signal: leaving.signal });
  } catch (error) {
    if (!leaving.signal.aborted) explain(error);
  }
}

function route(where) {
  for (const [pattern, page] of ROUTES) {
    const found = pattern.exec(where);
    if (found) return [page, found.slice(1)];
  }
  return [listPage, []];
}

/** A launch from an EHR, or one that failed; neither stays in the address. Whoever was signed in
    here is so no more: the next words would be filed with the wrong patient. */
async function fromEhr() {
  const [, how, what] = /^#\/(launched|launch-failed)\/(\w+)$/.exec(location.hash) ?? [];
  if (!how) return false;
  history.replaceState(null, "", "/");
  signOut();
  if (how === "launch-failed") {
    say(named("error", what), { kind: "bad" });
    return true;
  }
  try {
    await takeLaunch(what);
    history.replaceState(null, "", "/#/new");
  } catch (error) {
    explain(error);
  }
  return true;
}

function out() {
  signOut();
  location.hash = "#/";
  show();
}

async function start() {
  applyTheme();
  await load();
  document.getElementById("skip").addEventListener("click", (event) => {
    // The address is the page's: a link to #main would leave it.
    event.preventDefault();
    main.focus();
  });
  whenRefused(() => {
    signOut();
    say(t("signin.over"), { kind: "bad" });
    show();
  });
  try {
    if (!(await fromEhr())) await signInAgain();
  } catch (error) {
    if (error instanceof Away) say(t("error.away"), { kind: "bad" });
    else if (!(error instanceof Refused)) throw error;
  }
  addEventListener("hashchange", show);
  await show();
}

start();
