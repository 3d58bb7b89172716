// Puts a fresh region in place of the one on the page, and leaves as they were: what somebody typed, unfolded or stands on.
"use strict";

const FOCUSABLE = "a, button, summary, input, [tabindex]";

/** Replaces the region and marks the rows that were not there before. */
export function replaceRegion(region, fresh) {
  const next = document.adoptNode(fresh);
  markArrivals(region, next);
  keepTyped(region, next);
  keepUnfolded(region, next);
  const refocus = rememberFocus(region);
  region.replaceWith(next);
  refocus(next);
}

function markArrivals(region, next) {
  const known = new Set(Array.from(region.querySelectorAll("tr[data-key]"), (row) => row.dataset.key));
  for (const row of next.querySelectorAll("tr[data-key]")) row.classList.toggle("arrived", !known.has(row.dataset.key));
}

function keepTyped(region, next) {
  for (const field of region.querySelectorAll("input[id], textarea[id]")) {
    const same = next.querySelector(`#${CSS.escape(field.id)}`);
    if (same && field.value !== field.defaultValue) same.value = field.value;
  }
}

function keepUnfolded(region, next) {
  for (const fold of region.querySelectorAll("details[data-fold][open]")) {
    const same = next.querySelector(`details[data-fold="${CSS.escape(fold.dataset.fold)}"]`);
    if (same) same.open = true;
  }
}

/** What has the focus is found again by its row and its place in it. */
function rememberFocus(region) {
  const active = document.activeElement;
  if (!region.contains(active)) return () => {};
  const key = active.closest("[data-key]")?.dataset.key;
  const places = (root) => [...root.querySelectorAll(FOCUSABLE)];
  const rowOf = (root) => (key === undefined ? root : root.querySelector(`[data-key="${CSS.escape(key)}"]`));
  const at = places(rowOf(region) ?? region).indexOf(active);
  return (next) => places(rowOf(next) ?? next)[at]?.focus({ preventScroll: true });
}
