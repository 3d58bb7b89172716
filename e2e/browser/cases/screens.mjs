// Every page fits a desk's screen and a tablet's, and its picture is laid aside for people to look at.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DESK, TABLET, assertQuiet, signedIn, visitor } from "../harness/browser.mjs";
import { potassiumFor } from "../harness/lis2.mjs";
import { SCREENSHOTS } from "../harness/places.mjs";

async function picture(page, name, { width, height }) {
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${width}x${height}.png`) });
  assert.ok(overhang <= 0, `${name} is ${overhang} pixels wider than a screen of ${width}`);
}

export function screens(test, house) {
  for (const viewport of [DESK, TABLET]) {
    test(`every page fits a screen of ${viewport.width} by ${viewport.height}`, async (t) => {
      await mkdir(SCREENSHOTS, { recursive: true });
      const { accession, container } = await house.laboratory.orderPotassium();
      const byHand = await house.laboratory.orderPotassium();
      // One result far beyond any critical limit, so that the exceptions are in the picture.
      await house.laboratory.transmit(potassiumFor(container, "7.9"));
      const { page, troubles } = await signedIn(t, house, { viewport });
      await page.locator(`tr[data-container="${container}"]`).waitFor();
      const drawn = await house.laboratory.order(["HGB", "PT", "LACT"]);
      const places = {
        worksheet: "/worksheet?tests=K+NA", verify: "/results/verify", enter: `/results/enter/${byHand.container}/K`, patients: "/patients",
        results: "/", "new-order": "/orders/new", order: `/orders/${accession}`, tasks: "/tasks", collection: "/collection",
        bedside: `/collection/${drawn.patient.mrn}`, labels: `/orders/${drawn.accession}/labels`, receive: "/receive",
      };
      for (const [name, where] of Object.entries(places)) {
        await page.goto(where);
        await picture(page, name, viewport);
      }
      assertQuiet(troubles);
      const outside = await (await visitor(t, house.browser, house.laboratory.origin, viewport)).context.newPage();
      await outside.goto("/sign-in");
      await picture(outside, "sign-in", viewport);
    });
  }
}
