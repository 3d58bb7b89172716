// An order placed without touching the mouse.
import assert from "node:assert/strict";
import { answerByKeyboard, assertQuiet, signedIn, tabTo } from "../harness/browser.mjs";

const ACCESSION_PAGE = /^\/orders\/(\d{2}-\d{6}-[0-9A-Z])$/;
const FIELDS = [
  ["mrn", { text: "KEY-4711" }],
  ["family_name", { text: "Okafor" }],
  ["given_name", { text: "Grace" }],
  ["birth_date", { text: "1980-02-29" }],
  ["sex", { text: "F", label: "Female" }],
  ["tests", { text: "K" }],
  ["priority", { text: "stat", label: "stat" }],
  ["requester", { text: "Dr B. Asker" }],
];

export function orders(test, house) {
  test("an order is placed with the keyboard alone", async (t) => {
    const { page, troubles } = await signedIn(t, house);
    await page.goto("/orders/new");
    // In the order in which Tab reaches them, whatever that is.
    const reached = await page.evaluate((ids) => {
      const place = (id) => document.getElementById(id);
      return ids.filter(place).sort((a, b) => (place(a).compareDocumentPosition(place(b)) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    }, FIELDS.map(([id]) => id));
    assert.equal(reached.length, FIELDS.length, `fields on the page: ${reached}`);
    for (const id of reached) await answerByKeyboard(page, id, new Map(FIELDS).get(id));
    await tabTo(page, "form:has(#mrn) button:not([type=button]):not([type=reset])");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => ACCESSION_PAGE.test(url.pathname));

    const [, accession] = new URL(page.url()).pathname.match(ACCESSION_PAGE);
    const text = await page.locator("main").innerText();
    for (const word of ["KEY-4711", "Okafor", "Grace", accession]) assert.ok(text.includes(word), `${word} is not on the order's page`);
    const { status, body } = await house.laboratory.ask("GET", `/api/v1/orders/${accession}`);
    assert.equal(status, 200);
    assert.equal(body.accession, accession);
    assert.ok(text.includes(body.containers[0].code), "the container's code must be on the page");
    assertQuiet(troubles);
  });

  test("an order that cannot be is refused beside the field, and what was typed stays", async (t) => {
    const { page } = await signedIn(t, house);
    await page.goto("/orders/new");
    await page.locator("#mrn").fill("KEY-4712");
    await page.locator("#family_name").fill("Okafor");
    await page.locator("form:has(#mrn)").evaluate((form) => { form.noValidate = true; });
    await page.locator("#birth_date").evaluate((field) => { field.type = "text"; });
    await page.locator("#birth_date").fill("1981-02-29");
    await page.locator("form:has(#mrn) button:not([type=button]):not([type=reset])").first().click();
    await page.locator("[role=alert], .alert, [aria-invalid=true]").first().waitFor();
    assert.equal(await page.locator("#mrn").inputValue(), "KEY-4712");
  });
}
