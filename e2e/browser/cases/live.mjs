// Pages keep themselves true: without a reload, and with one event stream however many tabs are open.
import assert from "node:assert/strict";
import { assertQuiet, resultRow, signedIn } from "../harness/browser.mjs";
import { potassiumFor } from "../harness/lis2.mjs";
import { Relay } from "../harness/relay.mjs";
import { until } from "../harness/until.mjs";

const TABS = 10;
/** How long the simulated analyser may take for its next potassium at the speed the laboratory runs. */
const SIMULATOR_WAIT_MAX_MS = 120_000;

export function live(test, house) {
  test("a potassium of the simulated analyser appears while the page is open", async (t) => {
    const { page, troubles } = await signedIn(t, house);
    await page.locator("body[data-live=connected]").waitFor();
    // Lost in a reload; a page that stays has it to the end.
    await page.evaluate(() => { window.hereSince = "the beginning"; });
    const potassiums = () => page.locator('tr[data-result][data-test="K"]').evaluateAll((rows) => rows.map((row) => row.dataset.container));
    const before = new Set(await potassiums());
    await until("a new potassium", async () => (await potassiums()).some((container) => !before.has(container)), SIMULATOR_WAIT_MAX_MS);
    assert.equal(await page.evaluate(() => window.hereSince), "the beginning", "the page must not have been loaded again");
    assertQuiet(troubles);
  });

  test("ten tabs are all told through one event stream", async (t) => {
    const relay = await Relay.start(house.laboratory.note.http);
    t.after(() => relay.stop());
    const { container } = await house.laboratory.orderPotassium();
    const { context, page, troubles } = await signedIn(t, house, { origin: relay.origin });
    const tabs = [page];
    while (tabs.length < TABS) {
      const tab = await context.newPage();
      await tab.goto("/");
      tabs.push(tab);
    }
    for (const tab of tabs) await tab.locator("body[data-live=connected]").waitFor();
    assert.equal(relay.streams, 1, `${TABS} tabs must share one event stream`);

    await house.laboratory.transmit(potassiumFor(container, "4.4"));
    for (const [at, tab] of tabs.entries()) {
      await resultRow(tab, { container }).waitFor().catch((error) => { throw new Error(`tab ${at + 1} was not told: ${error.message}`); });
    }
    assert.equal(relay.streams, 1);

    await Promise.all(tabs.slice(1).map((tab) => tab.close()));
    const second = await house.laboratory.orderPotassium();
    await house.laboratory.transmit(potassiumFor(second.container, "4.5"));
    await resultRow(tabs[0], second).waitFor();
    assertQuiet(troubles);
  });
}
