// The session's lock as a page sees it: locking by key or button, leaving when it was locked elsewhere or by time, telling that somebody is here, and
// what was typed, which goes along and comes back.
import { pingEvery, typedFields } from "./typed.js";

/** Headers of what a page fetches by itself: no use of the session. */
export const BACKGROUND = { "X-Benchside-Background": "1" };

let leaving = false;

/** The address of this page, also where a form shown again stands at the form's own. */
function here() {
  return document.querySelector("[data-live-region]")?.dataset.address ?? location.pathname + location.search;
}

/** The first form of the page in which somebody typed something that is not sent. */
function typedForm() {
  for (const form of document.querySelectorAll("main form[method=post]")) {
    const fields = typedFields(form.elements);
    if (fields.length > 0) return { action: new URL(form.action).pathname, fields };
  }
  return null;
}

/** Locks, hands over what is typed, and goes where a locked session leads. Also right when it is locked already. */
export async function leave() {
  if (leaving) return;
  leaving = true;
  document.body.dataset.closed = "true"; // nothing is to be read any more while the answer is on its way
  const page = here();
  const typed = typedForm();
  const body = new URLSearchParams({ next: page });
  if (typed) {
    body.set("form", typed.action);
    for (const [name, value] of typed.fields) body.append(`typed:${name}`, value);
  }
  try {
    await fetch("/lock", { method: "POST", body, headers: BACKGROUND, redirect: "manual" });
  } catch {
    // Not reached: where this leads says so.
  }
  location.replace(page);
}

/** Goes to where this page leads now, if that is no longer here: the session is locked, or has ended. */
export async function leaveIfClosed() {
  try {
    const answer = await fetch("/in-use", { method: "POST", headers: BACKGROUND, redirect: "manual" });
    if (answer.type === "opaqueredirect") await leave();
  } catch {
    // Not reached: nothing is known.
  }
}

/** Puts what was kept back into its form. Fields that the program fills in itself stay as they are now. */
function fill(notice) {
  const form = [...document.querySelectorAll("main form[method=post]")].find((form) => new URL(form.action).pathname === notice.dataset.keptForm);
  if (!form) return;
  const kept = JSON.parse(notice.dataset.fields);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length > 0) field.value = values[0];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const part of notice.querySelectorAll(".unfilled")) part.hidden = true;
  for (const part of notice.querySelectorAll(".filled")) part.hidden = false;
  form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

const kept = document.querySelector("[data-kept-form]");
if (kept) fill(kept);

document.querySelector("form[data-lock]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});

// Without a script the link leads back to the first page; with it, to this one.
const change = document.querySelector(".operator [data-switch]");
if (change) change.href = `/sign-in?next=${encodeURIComponent(here())}`;

const lockAfter = Number(document.body.dataset.lockAfter);
if (lockAfter > 0) {
  let told = Date.now();
  const used = () => {
    if (leaving || Date.now() - told < pingEvery(lockAfter)) return;
    told = Date.now();
    fetch("/in-use", { method: "POST", redirect: "manual" }).then((answer) => answer.type === "opaqueredirect" && leave(), () => {});
  };
  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) addEventListener(kind, used, { passive: true, capture: true });
}
