// Results typed by hand, with the keyboard alone: typed, looked at again, verified, called; and what a student types waits.
import assert from "node:assert/strict";
import { assertQuiet, resultRow, signedIn } from "../harness/browser.mjs";
import { until } from "../harness/until.mjs";

// Tests that no simulated analyser measures, so that nothing comes before the keyboard.
const NUMBER = "HGB";
const CODED = "UHCG";

const codeOf = (order, test) => order.containers.find((container) => container.tests.includes(test)).code;

/** Types on the page that has the focus in its field, and waits for the page that shows it again. */
async function typeAndAccept(page, text) {
  // As a person does, and not as fast as a scanner, whose codes are not typed into fields.
  await page.keyboard.type(text, { delay: 60 });
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/results\/verify\//);
}

/** V on the row that has the focus, as soon as it has it. */
async function verifyByKey(page) {
  await until("a button to verify has the focus", () => page.evaluate(() => document.activeElement?.closest("[data-verify-row]") !== null));
  await page.keyboard.press("v");
}

export function manualResults(test, house) {
  test("a technician types a number, a code and a critical value, and verifies each after looking again", async (t) => {
    const order = await house.laboratory.order([NUMBER, CODED]);
    const other = await house.laboratory.order([NUMBER]);
    const { page, troubles } = await signedIn(t, house, { role: "technician" });

    // E on the order's page enters the first that waits.
    await page.goto(`/orders/${order.accession}`);
    await page.keyboard.press("e");
    await page.waitForURL(/\/results\/enter\//);
    const first = new URL(page.url()).pathname.split("/").at(-1);
    for (const [tried, text, shown] of [[NUMBER, "13.52", "13.5"], [CODED, "p", "POS"]]) {
      if (tried !== first) await page.goto(`/results/enter/${codeOf(order, tried)}/${tried}`);
      else await page.goto(`/results/enter/${codeOf(order, first)}/${first}`);
      await page.keyboard.type(text);
      await page.locator("[data-said] strong", { hasText: shown }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/results\/verify\//);
      assert.equal(await page.locator("[data-verify-row] [data-value]").innerText(), shown);
      assert.match(await page.locator("main").innerText(), new RegExp(`typed “${text.replace(".", "\\.")}”`));
      await verifyByKey(page);
      await page.waitForURL((url) => url.pathname === `/orders/${order.accession}`);
      await resultRow(page, { container: codeOf(order, tried), test: tried }).and(page.locator("[data-state=verified]")).waitFor();
    }

    await page.goto(`/results/enter/${codeOf(other, NUMBER)}/${NUMBER}`);
    await typeAndAccept(page, "6.1");
    assert.match(await page.locator("[data-verify-row]").innerText(), /CRIT[^]*below the critical limit 7/);
    await verifyByKey(page);
    await page.locator("[data-calls]").waitFor();
    await page.goto("/tasks");
    const task = page.locator("tr[data-kind=critical]", { hasText: codeOf(other, NUMBER) });
    assert.match(await task.innerText(), /critical: call[^]*6\.1[^]*Tim Technician/);
    assertQuiet(troubles);
  });

  test("a worksheet is typed with the keypad and Enter, survives a reload, and a scan never types", async (t) => {
    const orders = [];
    for (let number = 0; number < 3; number += 1) orders.push(await house.laboratory.order([CODED]));
    const { page, troubles } = await signedIn(t, house, { role: "technologist" });
    const where = `/worksheet?tests=${CODED}`;
    await page.goto(where);
    const cell = (order) => page.locator(`input[data-typed][data-container="${codeOf(order, CODED)}"]`);
    for (const order of orders) await cell(order).waitFor();
    await cell(orders[0]).focus();
    await page.keyboard.type("neg");
    await page.keyboard.press("Enter");
    await until("Enter goes to the next row", () => cell(orders[1]).evaluate((field) => field === document.activeElement));
    await page.keyboard.type("pos");
    await page.reload();
    assert.equal(await cell(orders[0]).inputValue(), "neg", "what nobody sent yet is kept");
    assert.equal(await cell(orders[1]).inputValue(), "pos");

    // A scanner's burst goes to its row and leaves the field as it was.
    await cell(orders[0]).focus();
    await cell(orders[0]).evaluate((field, code) => {
      for (const key of [...code, "Enter"]) {
        const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
        if (field.dispatchEvent(event) && key.length === 1) { field.value += key; field.dispatchEvent(new Event("input", { bubbles: true })); }
      }
    }, codeOf(orders[2], CODED));
    assert.equal(await cell(orders[0]).inputValue(), "neg", "a scan types nothing");
    await until("the scanned row has the focus", () => cell(orders[2]).evaluate((field) => field === document.activeElement));

    await page.locator("[data-worksheet] button[type=submit]").press("Enter");
    await page.waitForURL((url) => url.pathname === "/results/verify");
    const row = (order) => page.locator(`[data-verify-row][data-container="${codeOf(order, CODED)}"]`);
    assert.equal(await row(orders[0]).locator("[data-value]").innerText(), "NEG");
    assert.equal(await row(orders[1]).locator("[data-value]").innerText(), "POS");
    assert.equal(await row(orders[2]).count(), 0, "what stayed empty was not entered");
    for (const order of orders.slice(0, 2)) {
      await row(order).locator("button").focus();
      await page.keyboard.press("v");
      await row(order).waitFor({ state: "detached" });
    }
    assertQuiet(troubles);
  });

  test("what a student types waits until somebody who may signs for it", async (t) => {
    const order = await house.laboratory.order([CODED]);
    const student = await signedIn(t, house, { role: "student" });
    const container = codeOf(order, CODED);
    await student.page.goto(`/results/enter/${container}/${CODED}`);
    await typeAndAccept(student.page, "neg");
    assert.match(await student.page.locator("[data-refusal]").innerText(), /waits until one of these signs/);
    assert.equal(await student.page.locator("[data-verify-row] button").count(), 0);

    const supervisor = await signedIn(t, house, { role: "supervisor" });
    await supervisor.page.goto("/results/verify");
    const row = supervisor.page.locator(`[data-verify-row][data-container="${container}"]`);
    assert.match(await row.innerText(), /Stu Student/);
    await row.locator("button").focus();
    await supervisor.page.keyboard.press("v");
    await row.waitFor({ state: "detached" });
    const [result] = await house.laboratory.results(container);
    assert.equal(result.state, "verified");
    assert.equal(result.entered_by, "Stu Student");
    assertQuiet(student.troubles);
    assertQuiet(supervisor.troubles);
  });
}
