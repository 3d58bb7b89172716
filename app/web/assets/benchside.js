// Keyboard, and keeping the open page true. Everything works without this file; it only makes it faster.
import { enterResults } from "./entering.js";
import { BACKGROUND, leave, leaveIfClosed } from "./lock.js";
import { isStale, readVersions } from "./refresh.js";
import { replaceRegion } from "./region.js";

const keys = {
  r: "/", p: "/patients", n: "/orders/new", c: "/collection", a: "/receive", w: "/worksheet", v: "/results/verify", t: "/tasks", i: "/instruments",
};

// Where a page has a field of its own for scans, a scan goes there.
const scanField = () => document.querySelector("[data-scan-field]") ?? document.querySelector("#find");

// A scanner types a whole code within a few milliseconds and ends it with Enter; a person presses one key. What comes as a burst while no field
// has the focus is a scan and goes to the scan box; only a key that stays alone is a shortcut.
const BURST_MILLIS = 60;
let burst = "";
let burstEnds = 0;

function burstOver() {
  const typed = burst;
  burst = "";
  const find = scanField();
  if (typed.length === 1) {
    const key = typed.toLowerCase();
    const control = controlOf(key);
    if (key === "l") leave();
    else if (key === "s") switchUser();
    else if (control) control.click();
    else if (keys[key]) location.assign(keys[key]);
  } else if (find) {
    find.value = typed;
    find.focus();
  }
}

/** Another person takes this browser over: the page for that knows the way back. */
function switchUser() {
  const link = document.querySelector("[data-switch]");
  if (link) location.assign(link.href);
}

// Inside a form too, where a letter is a letter. Not the attribute accesskey: browsers take a link that is followed with Alt for a download.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "l" && document.querySelector("form[data-lock]")) leave();
  else if (key === "s" && document.querySelector("[data-switch]")) switchUser();
  else return;
  event.preventDefault();
});

/** What a key does in the row that has the focus, or on the page: V verifies the row one stands on, E enters the first result that waits. */
function controlOf(key) {
  if (key === "v") return document.activeElement?.closest("[data-verify-row]")?.querySelector("button");
  return key === "e" ? document.querySelector("[data-enter]") : null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  const find = document.querySelector("#find");
  // Inside a form a letter is a letter, also on a tick box: it never takes somebody away from what they are filling in.
  const row = event.target.closest("[data-verify-row]");
  if (typing || (event.target.closest("main form") && !row) || !find) return;
  if (row && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const rows = [...document.querySelectorAll("[data-verify-row]:has(button)")];
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.querySelector("button");
    if (next) { event.preventDefault(); next.focus(); }
    return;
  }
  if (event.key === "/" && burst === "") {
    event.preventDefault();
    find.focus();
    find.select();
  } else if (event.key === "Enter" && burst.length > 1) {
    event.preventDefault();
    clearTimeout(burstEnds);
    burstOver();
    scanField().form.requestSubmit();
  } else if (event.key.length === 1 && event.key !== " ") {
    burst += event.key;
    clearTimeout(burstEnds);
    burstEnds = setTimeout(burstOver, BURST_MILLIS);
  }
});

if (document.querySelector("[data-receive]")) import("./receive.js");

// Labels that were just noted as printed are printed, once.
if (new URLSearchParams(location.search).has("print")) {
  history.replaceState(null, "", location.pathname);
  print();
}

// "Placed" is said once: whoever reloads or keeps the address gets the order itself.
if (new URLSearchParams(location.search).has("placed")) history.replaceState(null, "", location.pathname);

enterResults();

let latest = {};
let fetching = false;
let again = false;

/** Fetches this page and puts its live region in place of the old one, once at a time. */
async function refresh() {
  const region = document.querySelector("[data-live-region]");
  if (!region || !isStale(readVersions(region.dataset.versions), latest)) return;
  const active = document.activeElement;
  const typing = region.contains(active) && active.matches("input, textarea, select");
  if (fetching || typing) {
    again = true; // never take a field from under somebody's hands; leaving it catches up
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(region.dataset.address ?? location.href, { redirect: "error", headers: BACKGROUND });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live-region]");
    if (fresh) replaceRegion(region, fresh);
  } catch {
    document.body.dataset.live = "lost";
    again = false; // the next word of the stream tries again
  } finally {
    fetching = false;
  }
  if (again) { again = false; refresh(); }
}

function told({ connected, versions, closed }) {
  if (closed) { leave(); return; }
  if (!connected && document.body.dataset.live === "connected") leaveIfClosed();
  latest = { ...latest, ...versions };
  document.body.dataset.live = connected ? "connected" : "lost";
  refresh();
}

document.addEventListener("focusout", () => {
  if (again) { again = false; setTimeout(refresh); }
});

const worker = document.body.dataset.worker;
if (worker && "SharedWorker" in window) {
  const shared = new SharedWorker(worker, { name: "benchside-live" });
  shared.port.addEventListener("message", (event) => told(event.data));
  shared.port.start();
  addEventListener("pagehide", () => shared.port.postMessage("bye"));
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
} else if (worker) {
  const source = new EventSource("/events");
  source.addEventListener("versions", (event) => told({ connected: true, versions: JSON.parse(event.data) }));
  source.addEventListener("closed", () => told({ closed: true }));
  source.addEventListener("error", () => told({ connected: false, versions: {} }));
}
