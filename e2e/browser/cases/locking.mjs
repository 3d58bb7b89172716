// A one-time password, the bench lock, and another person at the same browser, in a laboratory as an operator makes one; with the keyboard alone.
import assert from "node:assert/strict";
import { assertQuiet, signIn, tabTo, visitor } from "../harness/browser.mjs";
import { Laboratory } from "../harness/laboratory.mjs";
import { until } from "../harness/until.mjs";

const LOCK_AFTER_SECONDS = 6;
const CHOSEN = "seven blue tubes";

/** Waits until the page is one of this path. */
const at = (page, path) => page.waitForURL((url) => url.pathname === path);

/** Somebody new, who has chosen a password with the keyboard alone; on the results. */
async function chosen(t, house, laboratory, user, displayName, viewport) {
  const newcomer = await laboratory.newcomer(user, displayName, "technologist");
  const { context, troubles } = await visitor(t, house.browser, laboratory.origin, viewport);
  const page = await context.newPage();
  await page.goto("/tasks");
  await page.locator("#user:focus").waitFor();
  await page.keyboard.type(newcomer.user);
  await page.keyboard.press("Tab");
  await page.keyboard.type(newcomer.password);
  await page.keyboard.press("Enter");
  await at(page, "/password");
  await page.goto("/orders/new");
  assert.equal(new URL(page.url()).pathname, "/password", "a one-time password opens nothing else");
  // The first field has the focus, whatever other pages' scripts look for.
  await page.locator("#password:focus").waitFor();
  await page.keyboard.type(CHOSEN);
  await page.keyboard.press("Tab");
  await page.keyboard.type(CHOSEN);
  await page.keyboard.press("Enter");
  await at(page, "/");
  assert.match(await page.locator(".operator").innerText(), new RegExp(`${displayName}\\s+technologist`));
  await page.locator("body[data-live=connected]").waitFor();
  return { context, page, troubles, newcomer, account: { user, password: CHOSEN } };
}

/** What is typed into the order form. */
async function typeOrder(page) {
  await page.goto("/orders/new");
  await page.locator("body[data-live]").waitFor();
  await tabTo(page, "#mrn");
  await page.keyboard.type("LOCK-4711");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Okafor");
}

async function assertOrderIsBack(page) {
  await page.locator("[data-kept-form]").waitFor();
  assert.equal(await page.locator("#mrn").inputValue(), "LOCK-4711");
  assert.equal(await page.locator("#family_name").inputValue(), "Okafor");
}

export function locking(test, house) {
  test("one-time password, lock by key and by time, and a switch, with the keyboard alone", async (t) => {
    const laboratory = await Laboratory.made(`\n[sign_in]\nlock_after_seconds = ${LOCK_AFTER_SECONDS}\n`);
    try {
      await t.test("a one-time password leads to a chosen one and is spent", async (t) => {
        const { newcomer, account, troubles } = await chosen(t, house, laboratory, "nils", "Nils New");
        assertQuiet(troubles);
        const { context } = await visitor(t, house.browser, laboratory.origin);
        const page = await context.newPage();
        await page.goto("/sign-in");
        await signIn(page, newcomer);
        await page.locator("[role=alert]").waitFor();
        await signIn(page, account);
        await at(page, "/");
      });

      await t.test("a key locks every tab, nothing is to be seen, and the password leads back", async (t) => {
        const { context, page } = await chosen(t, house, laboratory, "lena", "Lena Lock");
        const other = await context.newPage();
        await other.goto("/tasks");
        await other.locator("body[data-live=connected]").waitFor();
        await typeOrder(page);
        // In a field L is a letter; the key that works everywhere is Alt+L.
        await page.keyboard.press("Alt+L");
        await at(page, "/locked");
        await at(other, "/locked");
        assert.ok(!(await page.content()).includes("LOCK-4711"), "what was typed must not stand on the lock page");
        assert.match(await page.locator("main").innerText(), /Lena Lock[^]*What you had typed was not sent/);
        await page.bringToFront();
        await page.goto("/tasks");
        await at(page, "/locked");
        await page.keyboard.type("not-the-password");
        await page.keyboard.press("Enter");
        await page.locator("[role=alert]").waitFor();
        await page.goto("/orders/new");
        await page.keyboard.type(CHOSEN);
        await page.keyboard.press("Enter");
        await at(page, "/orders/new");
        await assertOrderIsBack(page);
        await page.goto("/tasks");
        await page.keyboard.press("l");
        await at(page, "/locked");
      });

      await t.test("a page that nobody uses locks by itself, and one that is used does not", async (t) => {
        const { page } = await chosen(t, house, laboratory, "timo", "Timo Time");
        await typeOrder(page);
        const begin = Date.now();
        // For longer than it takes to lock, somebody types: no request goes out but what says so.
        await until("somebody has typed for long enough", async () => {
          await page.keyboard.press("x");
          return Date.now() - begin > 1_500 * LOCK_AFTER_SECONDS;
        }, 3_000 * LOCK_AFTER_SECONDS);
        assert.equal(new URL(page.url()).pathname, "/orders/new");
        await at(page, "/locked");
        await page.keyboard.type(CHOSEN);
        await page.keyboard.press("Enter");
        await at(page, "/orders/new");
        await page.locator("[data-kept-form]").waitFor();
        assert.match(await page.locator("#family_name").inputValue(), /^Okaforx+$/);
      });

      await t.test("another person takes over from a page and from the lock, in one step", async (t) => {
        const first = await chosen(t, house, laboratory, "anna", "Anna First");
        const second = await chosen(t, house, laboratory, "bert", "Bert Second");
        const { page } = first;
        await page.goto("/tasks");
        await page.keyboard.press("s");
        await at(page, "/sign-in");
        assert.match(await page.locator("[data-holder]").innerText(), /Anna First/);
        const takeOver = async ({ user, password }) => {
          await page.keyboard.type(user);
          await page.keyboard.press("Tab");
          await page.keyboard.type(password);
          await page.keyboard.press("Enter");
          await at(page, "/tasks");
        };
        await takeOver(second.account);
        assert.match(await page.locator(".operator").innerText(), /Bert Second/);
        await page.keyboard.press("l");
        await at(page, "/locked");
        await page.keyboard.press("Alt+S");
        await at(page, "/sign-in");
        await takeOver(first.account);
        assert.match(await page.locator(".operator").innerText(), /Anna First/);
      });
    } finally {
      assert.equal(await laboratory.stop(), 0);
    }
  });
}
