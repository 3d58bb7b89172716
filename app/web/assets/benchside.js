// Keyboard, and keeping the open page true. Everything works without this file; it only makes it faster.
import { isStale, readVersions } from "./refresh.js";

const keys = { r: "/", n: "/orders/new", t: "/tasks", i: "/instruments" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  if (typing) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#find")?.focus();
  } else if (keys[event.key]) {
    event.preventDefault();
    location.assign(keys[event.key]);
  }
});

let fetching = false;
let again = false;

/** Fetches this page and puts its live region in place of the old one, once at a time. */
async function refresh(told) {
  const region = document.querySelector("[data-live-region]");
  if (!region || !isStale(readVersions(region.dataset.versions), told)) return;
  if (region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) {
    again = true; // never take a field from under somebody's hands; the blur below catches up
    return;
  }
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live-Region": "1" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live-region]");
    if (fresh) replaceRegion(region, fresh);
  } catch {
    document.body.dataset.live = "lost";
  } finally {
    fetching = false;
    if (again) { again = false; refresh(latest); }
  }
}

/** Replaces the region and marks the rows that were not there before. */
function replaceRegion(region, fresh) {
  const known = new Set([...region.querySelectorAll("tr[data-key]")].map((row) => row.dataset.key));
  const rows = [...fresh.querySelectorAll("tr[data-key]")].filter((row) => !known.has(row.dataset.key));
  for (const row of rows) row.classList.add("arrived");
  region.replaceWith(document.adoptNode(fresh));
}

let latest = {};

function told(message) {
  latest = message.versions;
  document.body.dataset.live = message.connected ? "connected" : "lost";
  refresh(latest);
}

document.addEventListener("focusout", () => { if (again) { again = false; setTimeout(() => refresh(latest)); } });

const worker = document.body.dataset.worker;
if (worker && "SharedWorker" in window) {
  const shared = new SharedWorker(worker, { name: "benchside-live" });
  shared.port.addEventListener("message", (event) => told(event.data));
  shared.port.start();
  addEventListener("pagehide", () => shared.port.postMessage("bye"));
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
} else if (worker) {
  const source = new EventSource("/events");
  source.addEventListener("versions", (event) => told({ connected: true, versions: { ...latest, ...JSON.parse(event.data) } }));
  source.addEventListener("error", () => told({ connected: false, versions: latest }));
}
