// The browser: Debian's Chromium without a window, and what a person does in it.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { CHROMIUM } from "./places.mjs";

// Nothing of Chromium's own may look for the network; as root it cannot have its sandbox.
const QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const AS_ROOT = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** A desk's screen. */
export const DESK = { width: 1440, height: 900 };
/** A tablet held upright. */
export const TABLET = { width: 834, height: 1112 };

export function openBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...QUIET, ...AS_ROOT] });
}

/** A visitor with a browser profile of their own, gone when the test ends. What went wrong in their pages fails the test. */
export async function visitor(t, browser, origin, viewport = DESK) {
  const context = await browser.newContext({ baseURL: origin, viewport, locale: "en-GB", timezoneId: "Europe/Berlin" });
  const troubles = [];
  context.on("page", (page) => {
    page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && troubles.push(`${page.url()}: ${message.text()}`));
  });
  t.after(() => context.close());
  return { context, troubles };
}

/** A visitor who has signed in as the first account, or that of a role, on the page of results. */
export async function signedIn(t, house, { origin = house.laboratory.origin, viewport = DESK, role } = {}) {
  const { context, troubles } = await visitor(t, house.browser, origin, viewport);
  const page = await context.newPage();
  await page.goto("/sign-in");
  const { accounts } = house.laboratory.note;
  await signIn(page, role ? accounts.find((account) => account.role === role) : accounts[0]);
  await page.waitForURL((url) => url.pathname === "/");
  return { context, page, troubles };
}

export async function signIn(page, { user, password }) {
  await page.locator("#user").fill(user);
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
}

/** Asserts that no script failed, nothing was refused and nothing was missing. */
export function assertQuiet(troubles) {
  assert.deepEqual(troubles, [], "the browser's console must be quiet");
}

/** The row of one result. */
export function resultRow(page, { container, test = "K" }) {
  return page.locator(`tr[data-result][data-test="${test}"][data-container="${container}"]`);
}

/** Moves the focus forward with Tab until it stands on, or inside, what `selector` names. */
export async function tabTo(page, selector) {
  for (let steps = 0; steps < 120; steps += 1) {
    const there = await page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, selector);
    if (there) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} cannot be reached with the Tab key on ${page.url()}`);
}

/** Answers one field of a form by keyboard alone, whatever kind of field it is. */
export async function answerByKeyboard(page, id, { text, label = text }) {
  await tabTo(page, `#${id}`);
  const kind = await page.evaluate(() => document.activeElement.type ?? "");
  if (kind === "checkbox" || kind === "radio") {
    await tabTo(page, `#${id} [value="${text}"]`);
    await page.keyboard.press("Space");
  } else if (kind.startsWith("select")) {
    await page.keyboard.type(label);
  } else if (kind === "date") {
    // en-GB fields are typed day, month, year.
    await page.keyboard.type(text.split("-").reverse().join(""));
  } else {
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(text);
  }
}
