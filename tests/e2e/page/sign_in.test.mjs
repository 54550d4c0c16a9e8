// People sign in through a real provider of OpenID Connect, in Debian's Chromium.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot } from "./browser.mjs";
import { browser, cardOf, clean, engine, withEngine } from "./fixture.mjs";

withEngine({ signing: true });

async function signedIn(name) {
  const page = await open(browser, engine, { token: "" });
  await page.getByRole("link", { name: "Sign in with your organisation" }).click();
  await page.locator('input[name="login"]').fill(name);
  await page.locator('input[name="password"]').fill("any");
  page.complaints.length = 0; // the provider's page asks for fonts of the world
  await page.getByRole("button", { name: "Sign-in" }).click();
  return page;
}

describe("signing in through a provider", () => {
  test("the page offers it beside the token, and everybody may read it", async () => {
    const page = await open(browser, engine, { token: "" });
    await page.getByRole("link", { name: "Sign in with your organisation" }).waitFor();
    assert.equal(await page.getByLabel("Token").count(), 1);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "sign-in-provider");
    clean(page);
    await page.context().close();
  });

  test("an operator steers campaigns with the cookie alone, also after a reload, and signs out", async () => {
    const page = await signedIn("olga");
    await page.getByRole("tablist").waitFor();
    assert.equal(new URL(page.url()).hash.includes("sign-in"), false);
    assert.equal(await page.evaluate(() => document.cookie), "", "no script reads the cookie");
    assert.equal(await page.evaluate(() => sessionStorage.getItem("sluice.token")), null);
    const id = await engine.campaign(10, { plan: { parts: { size: 1, every: "1h", growth: 0 } } });
    await page.reload();
    await cardOf(page, id).locator('[data-command="pause"]').click();
    await cardOf(page, id).locator('[data-command="resume"]').waitFor();
    assert.equal((await engine.show(id)).status, "paused");
    const events = (await engine.http("GET", `/v1/campaigns/${id}/log`)).items;
    assert.equal(events.find((one) => one.t === "paused").by, "olga");
    const left = page.waitForResponse((one) => one.url().endsWith("/v1/sign-out"));
    await page.getByRole("button", { name: /settings/i }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal((await left).status(), 204);
    await page.getByRole("link", { name: "Sign in with your organisation" }).waitFor();
    await page.reload();
    await page.getByRole("link", { name: "Sign in with your organisation" }).waitFor();
    clean(page);
    await page.context().close();
  });

  test("who has no role here is told so, in words", async () => {
    const page = await signedIn("stranger");
    await page.getByRole("alert").getByText("stranger has no role here").waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await page.context().close();
  });
});
