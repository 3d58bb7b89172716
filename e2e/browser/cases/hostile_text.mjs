// Whatever is written in a name or comes from a device is shown as text and never runs.
import assert from "node:assert/strict";
import { resultRow, signedIn } from "../harness/browser.mjs";
import { potassiumFor } from "../harness/lis2.mjs";

const IMAGE = "<img src=x onerror=\"document.body.dataset.hurt='yes'\">";
const SCRIPT = "<script>document.body.dataset.hurt='yes'</script>";
const NAMES = { family_name: `${IMAGE} O'Neil & "Co"`, given_name: SCRIPT };

/** Asserts that the page holds the text as text, and that no part of it became an element or ran. */
async function assertUnhurt(page, text) {
  if (text !== undefined) assert.ok((await page.locator("body").innerText()).includes(text), `${text} is not on ${page.url()}`);
  assert.equal(await page.locator("img[src=x]").count(), 0, `markup became an element on ${page.url()}`);
  assert.equal(await page.locator("body").getAttribute("data-hurt"), null, `markup ran on ${page.url()}`);
}

export function hostileText(test, house) {
  test("markup in a patient's name is shown as text", async (t) => {
    const { accession, container } = await house.laboratory.orderPotassium(NAMES);
    await house.laboratory.transmit(potassiumFor(container, "4.6"));
    const { page, troubles } = await signedIn(t, house);
    await resultRow(page, { container }).waitFor();
    await assertUnhurt(page);
    await page.goto(`/orders/${accession}`);
    await assertUnhurt(page, IMAGE);
    await assertUnhurt(page, SCRIPT);
    assert.deepEqual(troubles, []);
  });

  test("markup from a device is shown as text, also where the page refreshes itself", async (t) => {
    const { page, troubles } = await signedIn(t, house);
    await page.goto("/tasks");
    await page.locator("body[data-live=connected]").waitFor();
    await house.laboratory.transmit(potassiumFor("<b>NOBODY</b>", "4.7", SCRIPT));
    await page.locator("[data-task] [data-raw-line]", { hasText: SCRIPT }).waitFor();
    await assertUnhurt(page, SCRIPT);
    await page.reload();
    await assertUnhurt(page, SCRIPT);
    assert.deepEqual(troubles, []);
  });

  test("markup in an address is shown as text", async (t) => {
    const { page } = await signedIn(t, house);
    for (const where of ["/orders/", "/transmissions/", "/"]) {
      await page.goto(where + encodeURIComponent(IMAGE));
      await assertUnhurt(page);
    }
  });
}
