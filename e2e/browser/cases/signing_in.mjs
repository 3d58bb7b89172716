// Nobody sees or does anything without having signed in.
import assert from "node:assert/strict";
import { signIn, signedIn, visitor } from "../harness/browser.mjs";

const PAGES = ["/", "/orders/new", "/orders/26-000001-0", "/tasks", "/transmissions/00000000-0000-7000-8000-000000000000", "/events"];
const API = ["/api/v1/health", "/api/v1/tasks", "/api/v1/orders/26-000001-0", "/api/v1/containers/A0000001X/results"];

export function signingIn(test, house) {
  test("every page asks for a sign-in", async () => {
    for (const where of PAGES) {
      const answer = await fetch(house.laboratory.origin + where, { redirect: "manual", headers: { Accept: "text/html" } });
      const sentAway = answer.status === 303 && answer.headers.get("location").startsWith("/sign-in");
      assert.ok(sentAway || answer.status === 401, `${where} answered ${answer.status}`);
    }
  });

  test("the API asks for a token, and a wrong one is none", async () => {
    for (const where of API) {
      for (const headers of [{}, { Authorization: "Bearer wrong" }]) {
        const answer = await fetch(house.laboratory.origin + where, { headers });
        assert.equal(answer.status, 401, where);
      }
    }
    const body = JSON.stringify({ patient: { mrn: "1" }, tests: ["K"], priority: "routine" });
    const answer = await fetch(`${house.laboratory.origin}/api/v1/orders`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    assert.equal(answer.status, 401);
  });

  test("a wrong password opens nothing and says so", async (t) => {
    const { context } = await visitor(t, house.browser, house.laboratory.origin);
    const page = await context.newPage();
    await page.goto("/sign-in");
    await signIn(page, { ...house.laboratory.note.accounts[0], password: "not-the-password" });
    await page.locator("[role=alert], .alert").first().waitFor();
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.goto("/tasks");
    assert.equal(new URL(page.url()).pathname, "/sign-in", "no session may have been opened");
  });

  test("whoever signs in comes to the results", async (t) => {
    const { page } = await signedIn(t, house);
    assert.equal(new URL(page.url()).pathname, "/");
    await page.locator("body[data-live=connected]").waitFor();
  });

  test("whoever may not order does not see the way there, and is told why at the address", async (t) => {
    const account = house.laboratory.note.accounts.find((one) => one.role === "phlebotomist");
    const { context } = await visitor(t, house.browser, house.laboratory.origin);
    const page = await context.newPage();
    await page.goto("/sign-in");
    await signIn(page, account);
    await page.locator("body[data-live=connected]").waitFor();
    assert.equal(await page.locator("nav a[href='/orders/new']").count(), 0);
    assert.equal(await page.locator("nav a[href='/tasks']").count(), 1);
    const answer = await page.goto("/orders/new");
    assert.equal(answer.status(), 403);
    const words = await page.locator("[data-refusal=W-018]").innerText();
    assert.match(words, /“Enter order from requisition” is not among what the role phlebotomist does/);
  });

  test("five wrong passwords shut a name, and the page says until when", async (t) => {
    const account = house.laboratory.note.accounts.find((one) => one.role === "director");
    const { context } = await visitor(t, house.browser, house.laboratory.origin);
    const page = await context.newPage();
    for (let wrong = 0; wrong < 5; wrong += 1) {
      await page.goto("/sign-in");
      await signIn(page, { ...account, password: "not-the-password" });
      await page.locator("[role=alert]").first().waitFor();
    }
    await page.goto("/sign-in");
    await signIn(page, account);
    const words = await page.locator("[role=alert]").first().innerText();
    assert.match(words, /Too many wrong passwords for this user\. Try again after \d\d:\d\d/);
    assert.equal(new URL(page.url()).pathname, "/sign-in");
  });
}
