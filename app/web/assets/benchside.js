// Keyboard, and keeping the open page true. Everything works without this file; it only makes it faster.
import { isStale, readVersions } from "./refresh.js";
import { replaceRegion } from "./region.js";

const keys = { r: "/", n: "/orders/new", c: "/collection", e: "/receive", t: "/tasks", i: "/instruments" };

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
    const address = keys[typed.toLowerCase()];
    if (address) location.assign(address);
  } else if (find) {
    find.value = typed;
    find.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  const find = document.querySelector("#find");
  // Inside a form a letter is a letter, also on a tick box: it never takes somebody away from what they are filling in.
  if (typing || event.target.closest("main form") || !find) return;
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
    const answer = await fetch(region.dataset.address ?? location.href, { redirect: "error" });
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

function told({ connected, versions }) {
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
  source.addEventListener("error", () => told({ connected: false, versions: {} }));
}
