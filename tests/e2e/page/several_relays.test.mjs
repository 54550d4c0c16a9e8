// Several sending servers: which one a campaign leaves through, how one is chosen, and what is told of one that fails.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { browser, cardOf, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

withEngine({ relays: { main: { weight: 2 }, second: {}, spare: { standby: "true" } } });

const parts = { parts: { size: 10, every: "2s" } };

describe("several sending servers", () => {
  test("the log says how many letters went to each", async () => {
    const id = await engine.campaign(300, { name: "By weight" });
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end", 60);
    const page = await open(browser, engine);
    await page.goto(`${engine.url}/#/finished/${id}/log`);
    const batches = page.getByRole("dialog").locator('[data-event="batches"]').first();
    await batches.getByText(/^300 letters handed to the sending servers “.*” \(\d+\), “.*” \(\d+\)/).waitFor();
    const said = (await batches.textContent()).replace(/[^\x20-\x7e“”]/g, "");
    const counts = [...said.matchAll(/“(main|second)” \((\d+)\)/g)];
    assert.equal(counts.reduce((sum, [, , count]) => sum + Number(count), 0), 300, said);
    clean(page);
    await page.context().close();
  });

  test("a draft names one, is shown with it, and leaves through it; a person may let it be any again", async () => {
    const id = await engine.campaign(10, { draft: true, name: "Named" });
    for (const [locale, width, labels] of [
      ["en-GB", 1200, { step: "Plan", choice: "Sending server", options: ["Whichever serves it", "main", "second", "spare · stands by"] }],
      ["ru-RU", 360, { step: "Отправка", choice: "Почтовый сервер", options: ["Любой подходящий", "main", "second", "spare · запасной"] }],
    ]) {
      const page = await open(browser, engine, { locale, width });
      await page.goto(`${engine.url}/#/new/${id}`);
      await page.locator(".wizard nav").getByRole("button", { name: labels.step }).click();
      const choice = page.getByLabel(labels.choice, { exact: true });
      await choice.waitFor();
      assert.deepEqual(await choice.locator("option").allTextContents(), labels.options);
      await choice.selectOption("second");
      await until(async () => (await engine.show(id)).relay === "second", "the draft to have it");
      await noOverflow(page);
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, `relay-choice-${locale}`, true);
      await choice.focus();
      await page.keyboard.press("Home");
      await until(async () => !(await engine.show(id)).relay, "the draft to have none again");
      await choice.selectOption("second");
      await until(async () => (await engine.show(id)).relay === "second", "the draft to have it");
      clean(page);
      await page.context().close();
    }
    const page = await open(browser, engine);
    await page.goto(`${engine.url}/#/new/${id}`);
    await page.locator(".wizard nav").getByRole("button", { name: "Start" }).click();
    await page.locator(".detail-facts > div").filter({ hasText: /^Sending server\s*second$/ }).waitFor();
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
    const { items } = await engine.http("GET", `/v1/campaigns/${id}/log?limit=100`);
    assert.deepEqual([...new Set(items.filter((one) => one.t === "claimed").map((one) => one.relay))], ["second"]);
    clean(page);
    await page.context().close();
  });

  test("one that fails while others take over is told, and no trouble", async () => {
    await engine.call("fail", { relay: "main", text: "421 4.3.2 not now" });
    const id = await engine.campaign(1000, { name: "Shared", plan: parts });
    for (const [locale, width, hint, fact, log] of [
      [
        "en-GB",
        1200,
        /^The sending server “.?main.?” has been failing since \d\d:\d\d; others take its letters: .*421 4.3.2 not now/,
        /^Sending server\s*whichever serves it$/,
        /letters handed to the sending server “.?second.?”/,
      ],
      [
        "ru-RU",
        360,
        /^Почтовый сервер «.?main.?» не работает с \d\d:\d\d; его письма отправляют другие: .*421 4.3.2 not now/,
        /^Почтовый сервер\s*любой подходящий$/,
        /Передано почтовому серверу «.?second.?»: \d+ пис/,
      ],
    ]) {
      const page = await open(browser, engine, { locale, width });
      const card = cardOf(page, id);
      await card.locator('[data-kind="hint"]').filter({ hasText: hint }).waitFor();
      assert.equal(await card.locator('[data-kind="trouble"]').count(), 0);
      await noOverflow(page);
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, `relay-fails-${locale}`);
      await page.goto(`${engine.url}/#/outgoing/${id}`);
      const dialog = page.getByRole("dialog", { name: "Shared" });
      await dialog.locator(".detail-facts > div").filter({ hasText: fact }).waitFor();
      await page.goto(`${engine.url}/#/outgoing/${id}/log`);
      await dialog.locator('[data-event="batches"], [data-event="claimed"]').filter({ hasText: log }).first().waitFor();
      await noOverflow(page);
      await shoot(page, `relay-fails-log-${locale}`);
      clean(page);
      await page.context().close();
    }
    const draft = await engine.campaign(10, { draft: true, name: "Not through main" });
    const page = await open(browser, engine);
    await page.goto(`${engine.url}/#/new/${draft}`);
    await page.locator(".wizard nav").getByRole("button", { name: "Plan" }).click();
    await page.getByLabel("Sending server", { exact: true }).locator("option", { hasText: "main · fails now" }).waitFor({ state: "attached" });
    clean(page);
    await page.context().close();
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
  });
});
