// The whole house tried from outside: a demonstration laboratory, Debian's Chromium, and an analyser of our own on its socket.
// One program and one browser serve all cases, which run one after the other; each case has a browser profile of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser } from "./harness/browser.mjs";
import { Laboratory } from "./harness/laboratory.mjs";
import { hostileText } from "./cases/hostile_text.mjs";
import { links } from "./cases/links.mjs";
import { live } from "./cases/live.mjs";
import { locking } from "./cases/locking.mjs";
import { manualResults } from "./cases/manual_results.mjs";
import { orders } from "./cases/orders.mjs";
import { patients } from "./cases/patients.mjs";
import { scanning } from "./cases/scanning.mjs";
import { screens } from "./cases/screens.mjs";
import { specimens } from "./cases/specimens.mjs";
import { signingIn } from "./cases/signing_in.mjs";

const house = { laboratory: null, browser: null };

before(async () => {
  house.laboratory = await Laboratory.start();
  house.browser = await openBrowser();
});

after(async () => {
  await house.browser?.close();
  assert.equal(await house.laboratory?.stop(), 0, "told to stop, the laboratory must end with 0");
});

const all = [signingIn, locking, orders, patients, scanning, specimens, links, live, hostileText, manualResults, screens];
for (const cases of all) cases(test, house);
