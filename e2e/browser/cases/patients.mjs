// A patient from registration to a merge by two people and back, with the keyboard; and names of any script.
import assert from "node:assert/strict";
import { assertQuiet, signIn, visitor } from "../harness/browser.mjs";

const mine = Date.now() % 1_000_000;
const NAMES = [
  [`PV-${mine}`, "Nguyễn", "Thị Đào"],
  [`PL-${mine}`, "x".repeat(100), "ữ".repeat(100)],
  [`PM-${mine}`, "<script>alert(1)</script>", "A & B"],
  [`PR-${mine}`, "الأحمد", "عائشة"],
];

async function supervisor(t, house) {
  const { context, troubles } = await visitor(t, house.browser, house.laboratory.origin);
  const page = await context.newPage();
  await page.goto("/sign-in");
  await signIn(page, account(house, "supervisor"));
  await page.locator("body[data-live=connected]").waitFor();
  return { page, troubles };
}

const account = (house, role) => house.laboratory.note.accounts.find((one) => one.role === role);

async function register(page, [mrn, family, given], born) {
  await page.goto("/patients/new");
  await page.locator("#mrn").fill(mrn);
  await page.locator("#family_name").fill(family);
  await page.locator("#given_name").fill(given);
  await page.locator("#birth_date").fill(born);
  await page.locator("#sex").selectOption("F");
  await page.locator("#sex").press("Enter");
  await page.locator("form.card button.main").click();
}

export function patients(test, house) {
  test("a patient is registered, found by keyboard alone, merged by two people and taken apart", async (t) => {
    const { page, troubles } = await supervisor(t, house);
    const [one, other] = [`PA-${mine}`, `PB-${mine}`];
    await register(page, [one, `Quill${mine}`, "Anna"], "1980-03-21");
    await page.waitForURL((url) => url.pathname === `/patients/${one}`);
    await register(page, [other, `Quill${mine}`, "Ana"], "1980-03-21");
    await page.locator("[data-alike]").waitFor();
    assert.match(await page.locator("[data-alike]").innerText(), new RegExp(one));
    await page.locator("form.card button.main").click();
    await page.waitForURL((url) => url.pathname === `/patients/${other}`);

    // From anywhere: the key, the name, Enter; the first line has the keyboard.
    await page.goto("/");
    await page.locator("body").press("p");
    await page.waitForURL((url) => url.pathname === "/patients");
    await page.locator("#q:focus").waitFor();
    await page.keyboard.type(`anna quill${mine}`);
    await page.keyboard.press("Enter");
    await page.locator(`tr[data-patient="${one}"] a:focus`).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === `/patients/${one}`);

    await page.goto(`/patients/${one}/merge?other=${other}`);
    const second = account(house, "technologist");
    await page.locator("#reason").fill("same insurance card");
    await page.locator("#second-user").fill(second.user);
    await page.locator("#second-password").fill(second.password);
    await page.locator("#second-password").press("Enter");
    await page.waitForURL((url) => url.pathname === `/patients/${one}`);
    await page.locator(`[data-merged="${other}"]`).waitFor();
    await page.goto(`/patients/${other}`);
    await page.locator(`[data-merged-into="${one}"]`).waitFor();

    await page.goto(`/patients/${other}/unmerge`);
    await page.locator("#reason").fill("two sisters after all");
    await page.locator("#second-user").fill(second.user);
    await page.locator("#second-password").fill(second.password);
    await page.locator("#second-password").press("Enter");
    await page.waitForURL((url) => url.pathname === `/patients/${other}`);
    assert.equal(await page.locator("[data-merged-into]").count(), 0);
    // The browser itself notes the answer that asked whether the second record is of another person.
    assertQuiet(troubles.filter((trouble) => !trouble.includes("/patients/new: Failed to load resource: the server responded with a status of 409")));
  });

  test("names of any script, length and markup are shown as they are", async (t) => {
    const { page, troubles } = await supervisor(t, house);
    for (const name of NAMES) {
      const [mrn, family, given] = name;
      await register(page, name, "");
      await page.waitForURL((url) => url.pathname === `/patients/${mrn}`);
      assert.ok((await page.locator("h1").innerText()).includes(`${family}, ${given}`), mrn);
      for (const width of [1440, 834]) {
        await page.setViewportSize({ width, height: 1000 });
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(beyond <= 0, `${mrn} at ${width}: ${beyond} pixels too wide`);
      }
    }
    assertQuiet(troubles);
  });
}
