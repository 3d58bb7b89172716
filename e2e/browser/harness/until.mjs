// Waiting for a condition, never for a while.

const LOOK_EVERY_MS = 40;

/** Resolves with the first truthy answer of `look`; rejects naming `what` when there is none within `withinMs`. */
export async function until(what, look, withinMs = 15_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
