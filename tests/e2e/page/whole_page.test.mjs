// What holds for the page as a whole: roles, hostile words, languages, narrow windows, the keyboard, on every tab.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, launch, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";

const evil = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202Eevil ${"W".repeat(90)}`;
const later = { start_at: "2036-12-01T09:00:00Z", parts: { size: 200, every: "30m", growth: 0 } };
const soon = { start_at: "now", parts: { size: 20, every: "1h", growth: 0 } };

let browser;
let engine;
const ids = {};
before(async () => {
  browser = await launch();
  // The word "bargain" has a campaign wait for a moderator; nothing else does.
  engine = await Engine.start({
    quiet: false,
    environment: {
      SLUICE_LOG_LEVEL: "warn",
      SLUICE_SUSPICION_ENABLED: "false",
      SLUICE_MODERATION_FIRST_CAMPAIGNS: "0",
      SLUICE_MODERATION_AUDIENCE_GROWTH: "0",
      SLUICE_MODERATION_SUSPICIOUS_PATTERNS: "bargain",
    },
  });
  await engine.call("speed", { delay: 600 });
  ids.doubt = await engine.campaign(4, { name: evil, subject: evil, on_doubt: "hold" });
  await until(async () => (await engine.show(ids.doubt)).counts.in_flight === 4, "the letters to be in flight");
  await engine.call("kill");
  await engine.call("speed", { delay: 0 });
  await engine.call("restart");
  await until(async () => (await engine.show(ids.doubt)).counts.in_doubt === 4, "the doubt");

  const rows = "email,name\n" + Array.from({ length: 50 }, (_, at) => `r${at}@d.example,R${at}\n`).join("");
  const audience = (await engine.http("POST", `/v1/audiences?name=${encodeURIComponent(evil)}`, rows)).id;
  const from = `"<b>\u202EShop</b>" <news@shop.example>`;
  const make = async (fields, ...commands) => {
    const id = await engine.call("create", { audience, subject: evil, from, ...fields });
    for (const [what, reason] of commands) await engine.http("POST", `/v1/campaigns/${id}/${what}`, reason ? { reason } : {});
    return id;
  };
  ids.draft = await make({ name: `draft ${evil}` });
  ids.waiting = await make({ name: `waiting ${evil}`, text: "A bargain!" }, ["start"]);
  ids.waitingToo = await make({ name: "waiting too", text: "A bargain!" }, ["start"]);
  ids.rejected = await make({ name: `rejected ${evil}`, text: "A bargain!" }, ["start"], ["reject", evil]);
  ids.planned = await make({ name: `planned ${evil}`, plan: later }, ["start"]);
  ids.held = await make({ name: `held ${evil}`, plan: later }, ["start"], ["pause", evil]);
});
after(async () => {
  await browser?.close();
  await engine?.end();
});

const tabs = {
  outgoing: { "en-GB": "Outgoing", "ru-RU": "Исходящие", shows: () => card(ids.held) },
  drafts: { "en-GB": "Drafts", "ru-RU": "Черновики", shows: () => card(ids.draft) },
  finished: { "en-GB": "Finished", "ru-RU": "Завершённые", shows: () => card(ids.rejected) },
  moderation: { "en-GB": "Moderation", "ru-RU": "Модерация", shows: () => ".letter-sheet" },
  doubt: { "en-GB": "In doubt", "ru-RU": "Под вопросом", shows: () => "[data-letter]" },
};
const card = (id) => `.card[data-campaign="${id}"]`;
const clean = (page) => assert.deepEqual(page.complaints, [], "the browser complained");
/** Everything that sticks out of the window, and every text whose control characters reach beyond it. */
const faultsOfLayout = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
    const leaks = [...document.querySelectorAll("body *")]
      .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.includes("\u202E")))
      .filter((one) => !/isolate|plaintext/.test(getComputedStyle(one).unicodeBidi))
      .map((one) => `leaks: ${one.outerHTML.slice(0, 120)}`);
    return [...wide, ...leaks];
  });
const cyrillic = /[а-яё]/i;

describe("every tab", () => {
  for (const [look, options] of Object.entries({
    english: { locale: "en-GB" },
    "russian-phone": { locale: "ru-RU", width: 360, height: 740, dark: true },
  }))
    test(`${look}: its own words, nothing sticks out, hostile words are words, axe-core finds no serious fault`, async () => {
      const page = await open(browser, engine, options);
      for (const [name, tab] of Object.entries(tabs)) {
        await page.getByRole("tab", { name: tab[options.locale] }).click();
        await page.locator(tab.shows()).first().waitFor();
        await page.getByRole("heading", { level: 1, name: tab[options.locale] }).waitFor();
        assert.deepEqual(await faultsOfLayout(page), [], name);
        assert.deepEqual(await axeFaults(page), [], name);
        await shoot(page, `whole-${look}-${name}`);
        const labels = await page
          .locator("button, [role=tab], label, legend, dt, th")
          .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent ?? ""));
        const own = labels.filter((text) => /\p{L}{3}/u.test(text) && !/W{9}|bargain|example|HTML|e-?mail|^name$/i.test(text));
        const foreign = own.filter((text) => cyrillic.test(text) !== (options.locale === "ru-RU"));
        assert.deepEqual(foreign, [], `${name} has words of another language`);
        assert.equal(await page.evaluate(() => window.hit), undefined);
      }
      clean(page);
      await page.context().close();
    });

  test("a hostile name turns nothing round in the question that a command asks", async () => {
    const page = await open(browser, engine, { width: 360, height: 740 });
    await page.locator(card(ids.held)).getByRole("button", { name: /More commands/ }).click();
    await page.getByRole("menuitem", { name: "Cancel" }).click();
    const title = await page.getByRole("dialog").getByRole("heading").textContent();
    assert.ok(title.startsWith("Cancel “\u2068held"), title);
    assert.ok(title.endsWith("\u2069”?"), title);
    assert.doesNotMatch(title, /\u202E/);
    assert.deepEqual(await faultsOfLayout(page), []);
    await shoot(page, "whole-hostile-asks");
    await page.keyboard.press("Escape");
    clean(page);
    await page.context().close();
  });
});

describe("roles", () => {
  // The server's own table, as the page must offer it: adapters/http/routes.cpp.
  const may = {
    watcher: [],
    viewer: [],
    operator: ["operate", "intervene"],
    moderator: ["moderate", "intervene"],
    admin: ["operate", "moderate", "intervene"],
  };
  const commands = { start: "operate", pause: "intervene", resume: "operate", release: "operate", cancel: "operate", doubt: "operate", approve: "moderate", reject: "moderate" };
  for (const [role, permissions] of Object.entries(may))
    test(`${role}: offered what it may, and refused by the server what not`, async () => {
      const { secret } = await engine.http("POST", "/v1/tokens", { role, name: `one ${role}` });
      const page = await open(browser, engine, { token: secret });
      const operates = permissions.includes("operate");
      await page.locator(card(ids.held)).waitFor();
      assert.equal((await page.locator('main [data-command="pause"]').count()) > 0, permissions.includes("intervene"));
      assert.equal((await page.getByRole("checkbox").count()) > 0, operates);
      await page.locator(card(ids.held)).getByRole("button", { name: /More commands/ }).click();
      assert.deepEqual(await page.getByRole("menuitem").allTextContents(), operates ? ["Details", "Copy…", "Release whole", "Cancel"] : ["Details"]);
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("tab", { name: "Moderation" }).count(), permissions.includes("moderate") ? 1 : 0);
      await page.getByRole("tab", { name: "In doubt" }).click();
      await page.locator("[data-letter]").first().waitFor();
      assert.equal(await page.locator("main [data-command]").count(), operates ? 2 : 0);
      for (const [what, needed] of Object.entries(commands)) {
        const answer = await page.evaluate(
          async ([what, token]) => {
            // A campaign that is not there: whoever is let through hears that, and nothing is changed.
            const done = await fetch(`/v1/campaigns/c999/${what}`, {
              method: "POST",
              body: what === "doubt" ? '{"action":"resend"}' : "{}",
              headers: { Authorization: `Bearer ${token}` },
            });
            return [done.status, (await done.json()).code];
          },
          [what, secret],
        );
        assert.deepEqual(answer, permissions.includes(needed) ? [404, "not_found"] : [403, "not_permitted"], `${role} ${what}`);
      }
      await page.context().close();
    });
});

describe("the keyboard alone", () => {
  test("pause, resume, release, and several selected and cancelled", async () => {
    const first = await engine.campaign(60, { name: "keys one", plan: soon });
    const second = await engine.campaign(60, { name: "keys two", plan: soon });
    for (const id of [first, second])
      await until(async () => (await engine.show(id)).counts.accepted === 20, "the first part to leave");
    const page = await open(browser, engine);
    const tabTo = async (holds, argument) => {
      for (let presses = 0; presses < 80; ++presses) {
        if (await page.evaluate(holds, argument)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab never came to ${JSON.stringify(argument)}`);
    };
    const focusOn = (holds, what) => until(() => page.evaluate(holds), what, 5);
    const toCommand = (id, what) =>
      tabTo(([id, what]) => document.activeElement?.matches(`.card[data-campaign="${id}"] [data-command="${what}"]`), [id, what]);
    const inDialog = (what) =>
      tabTo((what) => document.activeElement?.matches(`[role=dialog] [data-command="${what}"]`), what);
    const status = (id, wanted) => until(async () => (await engine.show(id)).status === wanted, `${id} to be ${wanted}`);

    await tabTo(() => document.activeElement?.matches("input[type=search]"));
    await page.keyboard.type("keys");
    await until(async () => (await page.locator(".card").count()) === 2, "the search to find two");
    await toCommand(first, "pause");
    await page.keyboard.press("Enter");
    await status(first, "paused");
    await focusOn(() => document.activeElement?.matches('[data-command="resume"]'), "the focus to stay on the button");
    await page.locator(`${card(first)} [data-command="resume"]:not([aria-disabled="true"])`).waitFor();
    await until(async () => {
      await page.keyboard.press("Enter");
      return (await engine.show(first)).status === "sending";
    }, "the campaign to go on");

    await tabTo((id) => document.activeElement?.matches(`.card[data-campaign="${id}"] [aria-haspopup]`), first);
    await page.keyboard.press("Enter");
    await focusOn(() => document.activeElement?.getAttribute("role") === "menuitem", "the focus in the menu");
    await until(async () => {
      await page.keyboard.press("ArrowDown");
      return page.evaluate(() => document.activeElement?.textContent === "Release whole");
    }, "Release", 5);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("40 letters leave now").waitFor();
    await inDialog("release");
    await page.keyboard.press("Enter");
    await status(first, "sent");

    const third = await engine.campaign(60, { name: "keys three", plan: later });
    await page.locator(card(third)).waitFor();
    await page.getByRole("searchbox").focus();
    await tabTo(() => document.activeElement?.matches(".list-head input"));
    await page.keyboard.press("Space");
    await page.getByRole("group", { name: "2 selected" }).waitFor();
    await tabTo(() => document.activeElement?.matches('[data-bulk="cancel"]'));
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("100 letters will never be sent").waitFor();
    await inDialog("cancel");
    await page.keyboard.press("Enter");
    await status(second, "cancelled");
    await status(third, "cancelled");
    clean(page);
    await page.context().close();
  });
});
