// A scanner is a keyboard that types faster than a person: what it reads leads to the order, wherever the page was looked at.
import assert from "node:assert/strict";
import { assertQuiet, signedIn } from "../harness/browser.mjs";

/** Keys within one moment, with nothing in focus. The driver's own typing may take longer between two keys on a busy machine than a scanner does. */
function burst(page, keys) {
  return page.evaluate((names) => {
    document.activeElement?.blur();
    for (const key of names) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }, keys);
}

export function scanning(test, house) {
  test("a scanned container leads to its order from any page", async (t) => {
    const { accession, container } = await house.laboratory.orderPotassium();
    const { page, troubles } = await signedIn(t, house);
    await page.goto("/tasks");
    await burst(page, [...container, "Enter"]);
    await page.waitForURL((url) => url.pathname !== "/tasks" && url.pathname !== "/find");
    assert.ok((await page.locator("main").innerText()).includes(accession), "the order of the scanned container must be shown");
    assertQuiet(troubles);
  });

  test("the letters of a scan are no shortcuts, and one letter is", async (t) => {
    const { page, troubles } = await signedIn(t, house);
    await page.goto("/");
    await burst(page, [..."tin"]);
    await page.waitForFunction(() => document.querySelector("#find").value === "tin");
    assert.equal(new URL(page.url()).pathname, "/");
    await burst(page, ["t"]);
    await page.waitForURL((url) => url.pathname === "/tasks");
    assertQuiet(troubles);
  });
}
