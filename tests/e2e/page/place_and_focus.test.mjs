// Where one is in the page: its address, the Back button, the window's title, and where the focus goes when what had it
// is gone.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, shoot, until } from "./browser.mjs";
import { browser, cardOf, clean, engine, withEngine } from "./fixture.mjs";

withEngine();

const later = { start_at: "2036-12-01T09:00:00Z", parts: { size: 200, every: "30m", growth: 0 } };
const focusOn = (page, holds, argument, what) => until(() => page.evaluate(holds, argument), what);
const onCard = (page, id) =>
  focusOn(page, (wanted) => document.activeElement?.matches(`.card[data-campaign="${wanted}"]`), id, `the focus on the card of ${id}`);
async function fromMenu(page, id, item) {
  await cardOf(page, id).getByRole("button", { name: /More commands/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

describe("the address", () => {
  test("one that was spoiled on its way leads to the beginning", async () => {
    const id = await engine.campaign(10, { name: "Behind a spoiled address", plan: later });
    const page = await open(browser, engine);
    await page.goto(`${engine.url}/#/outgoing/%E0%A4%A`);
    await cardOf(page, id).waitFor();
    await page.reload();
    await cardOf(page, id).waitFor();
    clean(page);
    await page.context().close();
  });

  test("details that were closed are not opened again by the Back button", async () => {
    const id = await engine.campaign(10, { name: "Looked at once", plan: later });
    const page = await open(browser, engine);
    await page.getByRole("tab", { name: "Drafts" }).click();
    await page.getByRole("tab", { name: "Outgoing" }).click();
    await fromMenu(page, id, "Details");
    await page.getByRole("dialog").getByRole("tab", { name: "Log" }).click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.waitForURL("**/#/outgoing");
    await page.goBack();
    await page.waitForURL("**/#/drafts");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.goto(`${engine.url}/#/outgoing/${id}`);
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL("**/#/outgoing");
    clean(page);
    await page.context().close();
  });

  test("the window's title says where one is, in the page's language; the shown tab is in sight on a phone", async () => {
    const page = await open(browser, engine, { locale: "ru-RU", width: 360, height: 740 });
    for (const name of ["Черновики", "Завершённые", "Модерация"]) {
      await page.getByRole("tab", { name }).click();
      await until(async () => (await page.title()) === `${name} · Sluice`, `the title to say ${name}`);
    }
    await page.goto(`${engine.url}/#/outgoing`);
    await until(async () => (await page.title()) === "Исходящие · Sluice", "the title to follow the address");
    await page.goto(`${engine.url}/#/moderation`);
    await until(
      () =>
        page.getByRole("tab", { name: "Модерация" }).evaluate((tab) => {
          const { left, right } = tab.getBoundingClientRect();
          return left >= 0 && right <= innerWidth;
        }),
      "the tab to be in sight",
    );
    clean(page);
    await page.context().close();
  });
});

describe("the focus", () => {
  test("goes to the next card when a cancelled one leaves the list, and to the list after the last", async () => {
    const ids = [];
    for (const name of ["gone c", "gone b", "gone a"]) ids.unshift(await engine.campaign(10, { name, plan: later }));
    const page = await open(browser, engine);
    await page.getByRole("searchbox").fill("gone");
    await page.getByLabel("Sort by").selectOption("name");
    await until(async () => (await page.locator(".card").count()) === 3, "the three");
    for (const [gone, next] of [[ids[1], ids[2]], [ids[2], ids[0]], [ids[0], null]]) {
      await fromMenu(page, gone, "Cancel");
      await page.locator('[role=dialog] [data-command="cancel"]').click();
      await cardOf(page, gone).waitFor({ state: "detached" });
      if (next) await onCard(page, next);
      else await focusOn(page, () => document.activeElement?.matches("main"), null, "the focus on the list");
    }
    await page.getByRole("tab", { name: "Finished" }).click();
    await cardOf(page, ids[0]).getByText("10 never sent").waitFor();
    assert.equal(await cardOf(page, ids[0]).getByText("to come").count(), 0);
    clean(page);
    await page.context().close();
  });

  test("stays in the details when a command given there leaves the list and is not offered again", async () => {
    const id = await engine.campaign(10, { name: "Cancelled from within", plan: later });
    const page = await open(browser, engine);
    await fromMenu(page, id, "Details");
    const details = page.getByRole("dialog", { name: "Cancelled from within", exact: true });
    await details.locator('[data-command="cancel"]').click();
    await page.getByRole("dialog", { name: /^Cancel / }).locator('[data-command="cancel"]').click();
    await details.getByText("Cancelled", { exact: true }).waitFor();
    await cardOf(page, id).waitFor({ state: "detached" });
    await page.getByRole("dialog", { name: /^Cancel / }).waitFor({ state: "detached" });
    await focusOn(page, () => document.activeElement?.closest('[role="dialog"]'), null, "the focus in the details");
    await page.keyboard.press("Escape");
    await details.waitFor({ state: "detached" });
    await focusOn(page, () => document.activeElement?.matches("main"), null, "the focus on the list");
    clean(page);
    await page.context().close();
  });

  test("goes to the next card when a filter no longer shows the one that was paused", async () => {
    const ids = [];
    for (const name of ["kept b", "kept a"]) ids.unshift(await engine.campaign(10, { name, plan: later }));
    const page = await open(browser, engine);
    await page.getByRole("searchbox").fill("kept");
    await page.getByLabel("Status").selectOption("preparing");
    await page.getByLabel("Sort by").selectOption("name");
    await until(async () => (await page.locator(".card").count()) === 2, "the two");
    await cardOf(page, ids[0]).locator('[data-command="pause"]').focus();
    await page.keyboard.press("Enter");
    await cardOf(page, ids[0]).waitFor({ state: "detached" });
    await onCard(page, ids[1]);
    await page.getByText("kept a: Paused").waitFor({ state: "attached" });
    clean(page);
    await page.context().close();
  });

  test("goes to the choice of all when the bar for several is gone; the bar has room on a phone", async () => {
    for (const name of ["many b", "many a"]) await engine.campaign(10, { name, plan: later });
    const page = await open(browser, engine, { width: 360, height: 740 });
    await page.getByRole("searchbox").fill("many");
    await until(async () => (await page.locator(".card").count()) === 2, "the two");
    const all = page.getByLabel("Select all shown");
    const onAll = () => focusOn(page, () => document.activeElement?.matches(".list-head input"), null, "the focus on the choice of all");
    await all.check();
    const { height } = await page.getByRole("group", { name: "2 selected" }).boundingBox();
    assert.ok(height < 130, `the bar is ${height} high`);
    await shoot(page, "several-phone");
    await page.getByRole("button", { name: "Clear selection" }).click();
    await onAll();
    await all.check();
    await page.locator('[data-bulk="pause"]').click();
    await page.locator('[role=dialog] [data-command="pause"]').click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await onAll();
    clean(page);
    await page.context().close();
  });
});
