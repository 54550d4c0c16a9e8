// A campaign is copied: to the same audience, or to those with whom it came to nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { fakeCopies } from "./fake_lists.mjs";
import { browser, cardOf, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

withEngine();

const idOf = (page) => /#\/new\/(c\d+)$/.exec(page.url())?.[1];

/** A campaign of four letters that is over: two were refused for good. */
async function over(name) {
  const rows = "email,name\nann@one.example,Ann\nbob@two.example,Bob\nnoone@three.example,Cyd\nnobody@four.example,Dee\n";
  const { id: audience } = await engine.http("POST", `/v1/audiences?name=four`, rows);
  const id = await engine.call("create", { audience, name });
  await engine.http("POST", `/v1/campaigns/${id}/start`);
  await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
  return id;
}

describe("a copy", () => {
  test("from the card, to the same audience, is a draft of its own", async () => {
    const id = await over("Autumn");
    const page = await open(browser, engine);
    const asked = await fakeCopies(page, engine);
    await page.getByRole("tab", { name: "Finished" }).click();
    await cardOf(page, id).getByRole("button", { name: /^More commands/ }).click();
    await page.getByRole("menuitem", { name: "Copy…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Copy/ });
    assert.equal(await dialog.getByLabel("Name of the new draft").inputValue(), "Autumn (copy)");
    await dialog.getByRole("button", { name: "Make the draft" }).dblclick();
    const made = await until(() => idOf(page), "the way to the draft");
    assert.deepEqual(asked, [{ name: "Autumn (copy)" }], "a double click copies once");
    assert.equal((await engine.show(made)).name, "Autumn (copy)");
    await page.getByRole("navigation", { name: "Steps" }).waitFor();
    clean(page);
    await page.context().close();
  });

  test("from the details, to those who were refused; by keyboard", async () => {
    const id = await over("Winter");
    const page = await open(browser, engine);
    const asked = await fakeCopies(page, engine);
    await page.goto(`${engine.url}/#/finished/${id}`);
    await page.getByRole("dialog", { name: "Winter" }).getByRole("button", { name: "Copy…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Copy/ });
    await dialog.getByLabel("The same audience").focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await dialog.getByRole("button", { name: "Make the draft" }).getAttribute("aria-disabled"), "true");
    assert.deepEqual(await dialog.getByRole("group", { name: "Only to those of it whose letter was" }).getByRole("checkbox").count(), 1);
    await dialog.getByLabel("refused (2)").focus();
    await page.keyboard.press("Space");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "copy");
    await dialog.getByLabel("Name of the new draft").fill("Winter, once more");
    await page.keyboard.press("Enter");
    const made = await until(() => idOf(page), "the way to the draft");
    assert.deepEqual(asked, [{ name: "Winter, once more", outcomes: ["refused"] }]);
    assert.equal((await engine.show(made)).audience.size, 2);
    clean(page);
    await page.context().close();
  });

  test("in Russian, on a phone; a viewer is not offered it", async () => {
    const id = await over("Весна");
    const page = await open(browser, engine, { locale: "ru-RU", width: 360, height: 740, dark: true });
    await page.goto(`${engine.url}/#/finished/${id}`);
    await page.getByRole("dialog").getByRole("button", { name: "Копировать…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Копия/ });
    await dialog.getByLabel("Только тем из него, чьи письма").check();
    await dialog.getByLabel("отклонены (2)").check();
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "copy-phone-dark-russian");
    await page.context().close();

    const { secret } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "copies nothing" });
    const viewer = await open(browser, engine, { token: secret });
    await viewer.goto(`${engine.url}/#/finished/${id}`);
    await viewer.getByRole("dialog").getByRole("tablist", { name: "What is shown of the campaign" }).waitFor();
    assert.equal(await viewer.getByRole("button", { name: "Copy…" }).count(), 0);
    await viewer.context().close();
  });
});
