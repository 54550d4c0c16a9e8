// Stored lists: found, looked into, renamed, exported, combined, split, deleted; and who gets no letter at all.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { fakeLists } from "./fake_lists.mjs";
import { browser, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

withEngine();

/** The page at a place of the lists. */
async function at(place, options = {}) {
  const page = await open(browser, engine, options);
  if (!engine.knowsLists) await fakeLists(page, engine);
  await page.goto(`${engine.url}/#/${place}`);
  return page;
}

const listed = (page) => page.locator(".list-items li > a").allTextContents();
const row = (page, name) => page.locator(".list-items li").filter({ has: page.getByRole("link", { name, exact: true }) });
async function choose(page, name, item) {
  await row(page, name).getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

describe("audiences", () => {
  test("are found by name, renamed, and looked into", async () => {
    await engine.call("import", { count: 120, name: "autumn readers" });
    await engine.call("import", { count: 7, name: "winter readers" });
    const page = await at("outgoing");
    await page.getByRole("tab", { name: "Lists" }).click();
    await row(page, "autumn readers").getByText("120 recipients").waitFor();
    assert.deepEqual(await listed(page), ["winter readers", "autumn readers"], "the newest first");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "lists");
    await page.getByRole("searchbox", { name: "Search" }).fill("winter");
    await until(async () => (await listed(page)).join() === "winter readers", "the search to find one");
    await page.getByRole("searchbox", { name: "Search" }).fill("nothing so");
    await page.getByText("No audience has this in its name.").waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("");
    await choose(page, "winter readers", "Rename…");
    const dialog = page.getByRole("dialog", { name: /^Rename/ });
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByLabel("Name").fill("Winter, all of them");
    await page.keyboard.press("Enter");
    await row(page, "Winter, all of them").waitFor();
    await page.getByRole("link", { name: "autumn readers", exact: true }).click();
    await page.getByRole("heading", { name: "autumn readers" }).waitFor();
    await page.getByText("1–50 of 120").waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("cell", { name: "Recipient 50", exact: true }).waitFor();
    if (!engine.knowsLists) await page.getByText("read as CSV, WINDOWS-1251").waitFor();
    await page.getByRole("searchbox", { name: "Find a row" }).fill("r77@");
    await until(async () => (await page.getByRole("row").count()) === 2, "the row to be found");
    await page.getByRole("rowheader", { name: "r77@d17.example" }).waitFor();
    await page.getByRole("searchbox", { name: "Find a row" }).fill("nobody-has-this");
    await page.getByText("No row has this in its address.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "list-rows");
    clean(page);
    await page.context().close();
  });

  test("two are combined, one is split, and one is exported", async () => {
    await engine.call("import", { count: 10, name: "bought" });
    await engine.call("import", { count: 20, name: "visited" });
    const page = await at("lists");
    await page.getByLabel("Select bought").check();
    assert.equal(await page.getByRole("button", { name: "Combine the two…" }).getAttribute("aria-disabled"), "true");
    await page.getByLabel("Select visited").check();
    await page.getByRole("button", { name: "Combine the two…" }).click();
    const combine = page.getByRole("dialog", { name: "Combine two audiences" });
    await combine.getByText("Those of “visited” who are not in “bought”").waitFor();
    await combine.getByLabel("Those who are in both").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await combine.getByLabel("Name of the new audience").inputValue(), "bought without visited");
    await page.keyboard.press("ArrowDown");
    assert.equal(await combine.getByLabel("Name of the new audience").inputValue(), "visited without bought");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "lists-combine");
    await combine.getByRole("button", { name: "Combine" }).click();
    await row(page, "visited without bought").waitFor();

    await choose(page, "visited", "Split by percent…");
    const split = page.getByRole("dialog", { name: /^Split/ });
    await split.getByLabel("Percent of each part").fill("20, 70");
    await split.getByText("Whole numbers of 1 or more that are 100 together.").waitFor();
    await split.getByLabel("Percent of each part").fill("20, 80");
    await shoot(page, "lists-split");
    await split.getByRole("button", { name: "Split" }).click();
    await split.waitFor({ state: "detached" });
    await until(async () => (await page.locator(".list-items li").filter({ hasText: /visited .*(4|16) recipients/ }).count()) === 2, "both parts");

    await row(page, "bought").getByRole("button", { name: /^More for/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export as CSV" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "bought.csv");
    const lines = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
    assert.equal(lines.length, 11);
    assert.match(lines[0], /email/);
    clean(page);
    await page.context().close();
  });

  test("one that a campaign uses is not deleted, and any other after a question", async () => {
    const audience = await engine.call("import", { count: 5, name: "in use" });
    const id = await engine.call("create", { audience, name: "Uses it", plan: { start_at: "2099-01-01T00:00:00Z" } });
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    await engine.call("import", { count: 3, name: "not in use" });
    const page = await at("lists");
    await choose(page, "in use", "Delete…");
    const question = page.getByRole("dialog", { name: /^Delete/ });
    await question.getByText("5 recipients will be deleted here for good; this cannot be undone.").waitFor();
    await question.getByRole("button", { name: "Delete the list" }).click();
    await question.getByRole("alert").getByText(/in use by .*(Uses it|c\d+)/).waitFor();
    await shoot(page, "lists-in-use");
    await question.getByRole("button", { name: "Close" }).click();
    await choose(page, "not in use", "Delete…");
    await page.getByRole("dialog").getByRole("button", { name: "Delete the list" }).dblclick();
    await row(page, "not in use").waitFor({ state: "detached" });
    await row(page, "in use").waitFor();
    page.complaints = page.complaints.filter((one) => !/Failed to load resource/.test(one));
    clean(page);
    await page.context().close();
  });

  test("a viewer looks, and is offered nothing to change", async () => {
    await engine.call("import", { count: 3, name: "seen by all" });
    const { secret } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "looks at lists" });
    const page = await at("lists", { token: secret });
    await row(page, "seen by all").waitFor();
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await row(page, "seen by all").getByRole("button", { name: /^More for/ }).click();
    assert.deepEqual(await page.getByRole("menuitem").allTextContents(), ["Show the rows"]);
    await page.keyboard.press("Escape");
    await page.goto(`${engine.url}/#/lists/suppressions`);
    await page.getByText("Nobody is suppressed").waitFor();
    assert.equal(await page.getByRole("button", { name: "Add…" }).count(), 0);
    clean(page);
    await page.context().close();
  });
});

describe("suppressions", () => {
  test("are added by hand, one or a whole domain, found, and removed after a question", async () => {
    const page = await at("lists");
    await page.getByRole("link", { name: "Suppressions" }).click();
    const add = async (fields) => {
      await page.getByRole("button", { name: "Add…" }).click();
      const dialog = page.getByRole("dialog", { name: "Who gets no letter" });
      for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(value);
      await page.keyboard.press("Enter");
      return dialog;
    };
    await (await add({ "Address or domain": "ann@shop.example" })).waitFor({ state: "detached" });
    await page.getByRole("row", { name: /ann@shop\.example.*by hand.*all.*for good/ }).waitFor();
    await (await add({ "Address or domain": "@rival.example", "Only for letters of this list": "News", Until: "2099-05-01T10:00" })).waitFor({ state: "detached" });
    await page.getByRole("row", { name: /@rival\.example.*by hand.*News.*1 May 2099 10:00/ }).waitFor();
    const refused = await add({ "Address or domain": "no address" });
    await refused.getByRole("alert").waitFor();
    await shoot(page, "suppressions-refused");
    await refused.getByLabel("Address or domain").fill("bob@shop.example");
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /bob@shop\.example/ }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "suppressions");
    await page.getByRole("searchbox", { name: "Search" }).fill("rival");
    await until(async () => (await page.getByRole("row").count()) === 2, "the search to find one");
    await page.getByRole("searchbox", { name: "Search" }).fill("");
    await page.getByRole("button", { name: "Remove ann@shop.example" }).click();
    const question = page.getByRole("dialog", { name: /^Remove/ });
    await question.getByText(/gets letters again/).waitFor();
    await question.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("row", { name: /ann@shop\.example/ }).waitFor({ state: "detached" });
    page.complaints = page.complaints.filter((one) => !/Failed to load resource/.test(one));
    clean(page);
    await page.context().close();
  });
});

describe("lists", () => {
  test("in Russian, on a phone and in the dark, by keyboard", async () => {
    await engine.call("import", { count: 21, name: "Читатели из Архангельска и области с очень длинным названием" });
    const page = await at("lists", { locale: "ru-RU", width: 360, height: 740, dark: true });
    const name = "Читатели из Архангельска и области с очень длинным названием";
    await row(page, name).getByText("21 получатель").waitFor();
    await page.getByText(/^\d+ (список|списка|списков)$/).waitFor();
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "lists-phone-dark-russian");
    await row(page, name).getByRole("button", { name: /^Ещё для/ }).focus();
    await page.keyboard.press("Enter");
    const focusOn = (words) => until(() => page.evaluate((said) => document.activeElement?.textContent === said, words), `the focus on ${words}`, 5);
    await focusOn("Показать строки");
    await page.keyboard.press("ArrowDown");
    await focusOn("Переименовать…");
    await page.keyboard.press("Enter");
    const rename = page.getByRole("dialog", { name: /^Переименовать/ });
    await rename.waitFor();
    await page.keyboard.press("Escape");
    await rename.waitFor({ state: "detached" });
    await row(page, name).getByRole("link").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name }).waitFor();
    await until(() => page.evaluate(() => document.activeElement?.id === "audience-name"), "the focus on the name", 5);
    await noOverflow(page);
    await shoot(page, "list-rows-phone-dark-russian");
    await page.goto(`${engine.url}/#/lists/suppressions`);
    await page.getByRole("button", { name: "Добавить…" }).click();
    await page.getByRole("dialog").getByLabel("Адрес или домен", { exact: true }).fill("@rival.example");
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /@rival\.example.*вручную/ }).waitFor();
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "suppressions-phone-dark-russian");
    clean(page);
    await page.context().close();
  });

  test("hostile names are words and nothing else, and fit on a phone", async () => {
    const bad = `\u202E<img src=x onerror="globalThis.harmed=1">${"W".repeat(100)}`;
    await engine.http("POST", `/v1/audiences?name=${encodeURIComponent(bad)}`, `email,"<script>globalThis.harmed=1</script>"\na@b.example,${"x".repeat(400)}\n`);
    const page = await at("lists", { width: 360, height: 740 });
    const first = page.locator(".list-items li").first();
    await first.getByText("1 recipient").waitFor();
    await noOverflow(page);
    await first.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    const title = await page.getByRole("dialog").getByRole("heading").textContent();
    assert.ok(title.startsWith("Delete “\u2068") && title.endsWith("\u2069”?"), title);
    await noOverflow(page);
    await shoot(page, "lists-hostile-asks");
    await page.keyboard.press("Escape");
    await first.getByRole("link").click();
    await page.getByRole("rowheader", { name: "a@b.example" }).waitFor();
    await noOverflow(page);
    assert.equal(await page.evaluate(() => globalThis.harmed), undefined);
    clean(page);
    await page.context().close();
  });

  test("what could not be sent is told, and sent again under the same key", async () => {
    await engine.call("import", { count: 4, name: "to be renamed" });
    const page = await at("lists");
    const keys = [];
    let isAway = true;
    await page.route(/\/v1\/audiences\/a\d+$/, async (route) => {
      if (route.request().method() !== "PATCH") return route.fallback();
      keys.push(route.request().headers()["idempotency-key"]);
      if (isAway) return route.abort();
      return route.fallback();
    });
    await choose(page, "to be renamed", "Rename…");
    const dialog = page.getByRole("dialog", { name: /^Rename/ });
    await dialog.getByLabel("Name").fill("renamed at last");
    await dialog.getByRole("button", { name: "Rename" }).click();
    await dialog.getByRole("alert").getByText(/could not be sent/).waitFor();
    isAway = false;
    await dialog.getByRole("button", { name: "Rename" }).click();
    await row(page, "renamed at last").waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    await page.context().close();
  });
});
