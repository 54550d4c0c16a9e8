// The engine's own log: who did what outside campaigns, the newest first, in both languages.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { browser, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

withEngine();

async function at(options) {
  const page = await open(browser, engine, options);
  await page.evaluate(() => (location.hash = "#/lists/house"));
  return page;
}

describe("the engine's log", () => {
  test("says what was done and by whom", async () => {
    await engine.http("POST", "/v1/suppressions", { emails: ["ann@example.com"], reason: "unsubscribed" });
    const page = await at();
    const log = page.getByRole("region", { name: "Engine’s log" });
    await log.getByText(/1 address or domain suppressed: unsubscribed/).waitFor();
    await log.getByText(/token "local" \(.*\) made, role/).waitFor();
    const first = await log.getByRole("row").nth(1).textContent();
    assert.match(first, /local.*suppressed/);
    assert.ok(!(await log.textContent()).includes("ann@example.com"), "no address stands in it");
    await engine.http("POST", "/v1/suppressions", { emails: ["@shop.example"], reason: "operator" });
    await until(async () => /operator/.test(await log.getByRole("row").nth(1).textContent()), "the new entry to come first by itself");
    await shoot(page, "house-log");
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });

  test("goes on where it was when the engine was away", async () => {
    const page = await at();
    const log = page.getByRole("region", { name: "Engine’s log" });
    await log.getByText(/token "local"/).waitFor();
    await engine.call("kill");
    await engine.call("restart");
    await engine.http("POST", "/v1/suppressions", { emails: ["@late.example"], reason: "complained" });
    await until(async () => /complained/.test(await log.getByRole("row").nth(1).textContent()), "the entry of after the restart");
    await page.context().close();
  });

  test("has each act that the page offers, and who did it", async () => {
    await engine.call("import", { count: 3, name: "readers" });
    const { secret } = await engine.http("POST", "/v1/tokens", { role: "operator", name: "paula" });
    const page = await open(browser, engine, { token: secret });
    await page.getByRole("tab", { name: "Lists" }).click();
    const row = (name) => page.locator(".list-items li").filter({ has: page.getByRole("link", { name, exact: true }) });
    const choose = async (name, item) => {
      await row(name).getByRole("button", { name: /^More for/ }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await choose("readers", "Rename…");
    await page.getByRole("dialog").getByLabel("Name").fill("friends");
    await page.keyboard.press("Enter");
    const downloaded = page.waitForEvent("download");
    await choose("friends", "Export as CSV");
    await (await downloaded).path();
    await choose("friends", "Delete…");
    await page.getByRole("dialog").getByRole("button", { name: "Delete the list" }).click();
    await row("friends").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Suppressions" }).click();
    await page.getByRole("button", { name: "Add…" }).click();
    await page.getByRole("dialog").getByLabel("Address or domain", { exact: true }).fill("zoe@shop.example");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove zoe@shop.example" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByRole("row", { name: /zoe@shop\.example/ }).waitFor({ state: "detached" });
    const { items } = await engine.http("GET", "/v1/house/log?limit=1000");
    const acts = items.filter((one) => one.by === "paula").map((one) => one.t);
    assert.deepEqual(acts, ["audience_renamed", "recipients_read", "audience_deleted", "suppressions_added", "suppressions_removed"]);
    clean(page);
    await page.context().close();
  });

  test("in Russian, on a phone", async () => {
    const page = await at({ locale: "ru-RU", width: 390, height: 800 });
    const log = page.getByRole("region", { name: "Журнал движка" });
    await log.getByText(/создан токен «local»/).waitFor();
    await noOverflow(page);
    await shoot(page, "house-log-phone-ru");
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });
});
