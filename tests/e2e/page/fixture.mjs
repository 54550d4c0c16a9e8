// What tests of the page share: a browser, the real engine with its SMTP sink, and looks at a page.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { Engine } from "./engine.mjs";

export let browser;
export let engine;

/** Both for all tests of a file; `options` are the engine's. */
export function withEngine(options = {}) {
  before(async () => {
    browser = await launch();
    engine = await Engine.start(options);
  });
  after(async () => {
    await browser?.close();
    await engine?.end();
  });
}

export const cardOf = (page, id) => page.locator(`.card[data-campaign="${id}"]`);
export const clean = (page) => assert.deepEqual(page.complaints, [], "the browser complained");
export const noOverflow = async (page) =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing overflows");
