// What analysers send is read, kept and shown; what nobody ordered becomes somebody's task.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { assertQuiet, resultRow, signedIn } from "../harness/browser.mjs";
import { framesOf, potassiumFor, recordsOf } from "../harness/lis2.mjs";
import { POTASSIUM_CAPTURE, REAL_CAPTURE } from "../harness/places.mjs";
import { until } from "../harness/until.mjs";

/** Specimen (devices pad it with blanks), code, value and raw line of the only result of a capture. */
function onlyResult(capture) {
  const records = recordsOf(capture);
  const [order] = records.filter((record) => record.startsWith("O|"));
  const results = records.filter((record) => record.startsWith("R|"));
  assert.equal(results.length, 1, "the capture must hold one result");
  const fields = results[0].split("|");
  const specimen = order.split("|").slice(2, 4).find((field) => field !== "").split("^")[0].trim();
  return { specimen, code: fields[2].split("^")[3], value: fields[3], unit: fields[4], line: results[0] };
}

export function links(test, house) {
  test("our own capture of a potassium is read from the socket and stands on the page", async (t) => {
    const capture = await readFile(POTASSIUM_CAPTURE);
    const { specimen, value, unit, line } = onlyResult(capture);
    assert.equal(value, "4.12", "the capture is another than this case was written for");
    const { page, troubles } = await signedIn(t, house);
    const sent = await house.laboratory.transmit(framesOf(capture));
    assert.equal(sent.resent, 0);

    const row = resultRow(page, { container: specimen });
    await row.waitFor();
    // The catalogue reports potassium with one decimal: 4.12 is 4.1.
    assert.match(await row.locator("[data-value]").innerText(), /^4\.1\b/);
    assert.ok((await row.innerText()).includes(unit), "the unit must stand in the row");
    assert.match(await row.getAttribute("data-state"), /^(held|verified)$/);
    assertQuiet(troubles);

    // From the row to the order, where the value's whole account stands, and on to what came over the wire.
    await row.locator('a[href^="/orders/"]').first().click();
    const account = resultRow(page, { container: specimen }).locator("[data-reasons]");
    await account.locator("summary").click();
    assert.match(await account.innerText(), /gate/i, "the order's page must say why the value passed or waits");
    await account.locator('a[href^="/transmissions/"]').click();
    await page.waitForURL((url) => url.pathname.startsWith("/transmissions/"));
    assert.ok((await page.locator("main").innerText()).includes(line), "the transmission's page must show the record as it came");
    assertQuiet(troubles);
  });

  test("the same transmission once more is acknowledged and not filed twice", async (t) => {
    const capture = await readFile(POTASSIUM_CAPTURE);
    const { specimen } = onlyResult(capture);
    await house.laboratory.transmit(framesOf(capture));
    await drained(house.laboratory);
    assert.equal((await house.laboratory.results(specimen)).length, 1);
    const { page } = await signedIn(t, house);
    await resultRow(page, { container: specimen }).first().waitFor();
    assert.equal(await resultRow(page, { container: specimen }).count(), 1);
  });

  test("a potassium beyond the critical limit waits for a person", async (t) => {
    const { container } = await house.laboratory.orderPotassium();
    await house.laboratory.transmit(potassiumFor(container, "7.9"));
    const { page } = await signedIn(t, house);
    const row = resultRow(page, { container });
    await row.waitFor();
    assert.equal(await row.getAttribute("data-state"), "held");
    assert.match(await row.locator("[data-reasons]").innerText(), /critical/i);
  });

  test("a real c 111's albumin nobody ordered stands as a task with its raw line", async (t) => {
    if (!existsSync(REAL_CAPTURE)) {
      t.skip("the real capture does not lie beside this checkout");
      return;
    }
    const capture = await readFile(REAL_CAPTURE);
    const { line } = onlyResult(capture);
    const { page, troubles } = await signedIn(t, house);
    await page.goto("/tasks");
    await page.locator("body[data-live=connected]").waitFor();
    await house.laboratory.transmit(framesOf(capture));

    const task = page.locator("[data-task]").filter({ has: page.locator("[data-raw-line]", { hasText: line }) });
    await task.waitFor();
    assert.equal(await task.count(), 1);
    assertQuiet(troubles);
  });
}

/** Everything kept is filed. */
async function drained(laboratory) {
  await until("everything kept is filed", async () => (await laboratory.ask("GET", "/api/v1/health")).body.unfiled === 0);
}
