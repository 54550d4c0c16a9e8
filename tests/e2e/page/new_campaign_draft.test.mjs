// A new campaign that is left, taken up again, disputed and started; and for everybody.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";
import {
  at,
  begin,
  browser,
  clean,
  cleanButForAnswers,
  draftAt,
  end,
  engine,
  field,
  file,
  idOf,
  message,
  next,
  overflowing,
  saving,
  step,
  upload,
  withoutEngine,
  write,
} from "./new_campaign.mjs";

before(begin);
after(end);

describe("what is typed is kept", () => {
  test("through a closed tab, before the engine has a draft", async () => {
    const page = await at("new");
    await upload(page);
    await next(page);
    await write(page, { "Name of the campaign": "Half done", Subject: "Not yet" });
    await saving(page, "local");
    const context = page.context();
    await page.close();
    const again = await at("new", { context });
    await again.getByText("Continue where you stopped?").waitFor();
    assert.deepEqual(await axeFaults(again), []);
    await shoot(again, "new-continue");
    await again.getByRole("button", { name: "Continue “Half done”" }).click();
    assert.equal(await field(again, "Subject").inputValue(), "Not yet");
    await write(again, { Sender: "news@shop.example", Text: "Hello" });
    await saving(again, "saved");
    const { items } = await engine.http("GET", "/v1/campaigns?view=drafts&q=half");
    assert.deepEqual(items.map((one) => [one.name, one.audience.size]), [["Half done", 3]]);
    await again.goto(`${engine.url}/#/new`);
    await again.getByText("Who gets it").waitFor();
    assert.equal(await again.getByText("Continue where you stopped?").count(), 0);
    await context.close();
  });

  test("through a killed engine and a closed tab, into one draft", async () => {
    const page = await at("new");
    await upload(page);
    await next(page);
    await write(page, { ...message, "Name of the campaign": "Survivor" });
    await saving(page, "saved");
    const id = idOf(page);
    const context = page.context();
    await withoutEngine(async () => {
      await write(page, { Subject: "Written while the engine was away", Text: "So was this" });
      await saving(page, "offline");
      await shoot(page, "new-offline");
      await page.close();
    });
    const again = await at("new", { context });
    await again.getByRole("button", { name: "Continue “Survivor”" }).click();
    await saving(again, "saved");
    await until(async () => (await engine.show(id)).subject === "Written while the engine was away", "the draft to be saved");
    assert.equal(idOf(again), id);
    await step(again, "Message").click();
    assert.equal(await field(again, "Text").inputValue(), "So was this");
    await withoutEngine(async () => {
      await write(again, { Text: "And this in an open tab" });
      await saving(again, "offline");
    });
    await saving(again, "saved");
    assert.equal((await engine.show(id)).text, "And this in an open tab");
    const { items } = await engine.http("GET", "/v1/campaigns?view=drafts&q=survivor");
    assert.equal(items.length, 1);
    cleanButForAnswers(again);
    await context.close();
  });

  test("a draft whose creation was not answered is not made twice", async () => {
    const page = await at("new");
    await page.route("**/v1/campaigns", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await step(page, "Message").click();
    await write(page, { ...message, "Name of the campaign": "Once" });
    await until(async () => (await engine.http("GET", "/v1/campaigns?view=drafts&q=once")).items.length > 0, "a draft");
    // Until the page is another, no answer comes: it goes on trying.
    await page.reload();
    const goOn = page.getByRole("button", { name: "Continue “Once”" });
    await goOn.waitFor();
    await page.unroute("**/v1/campaigns");
    await goOn.click();
    await saving(page, "saved");
    const { items } = await engine.http("GET", "/v1/campaigns?view=drafts&q=once");
    assert.deepEqual(items.map((one) => one.id), [idOf(page)]);
    assert.equal((await engine.show(idOf(page))).unsubscribe_url, "https://shop.example/u");
    await page.context().close();
  });

  test("what somebody else changes shows; where both did, one is asked", async () => {
    const { id, page } = await draftAt("Of two", "Message");
    await engine.http("PATCH", `/v1/campaigns/${id}`, { subject: "From elsewhere" });
    await until(async () => (await field(page, "Subject").inputValue()) === "From elsewhere", "the change to show");
    await field(page, "Text").fill("Mine, with a fault {{#name}}");
    await saving(page, "refused");
    await engine.http("PATCH", `/v1/campaigns/${id}`, { text: "Theirs" });
    await page.getByRole("alert").getByText("Somebody else changed").waitFor();
    await shoot(page, "new-conflict");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await field(page, "Text").fill("Mine");
    await until(async () => (await engine.show(id)).text === "Mine", "mine to be written over theirs");
    await field(page, "Text").fill("Mine, with a fault {{#name}}");
    await saving(page, "refused");
    await engine.http("PATCH", `/v1/campaigns/${id}`, { text: "Theirs again" });
    await page.getByRole("button", { name: "Take their version" }).click();
    await until(async () => (await field(page, "Text").inputValue()) === "Theirs again", "theirs to show");
    await engine.http("DELETE", `/v1/campaigns/${id}`);
    await page.getByRole("button", { name: "Keep it as a new draft" }).click();
    await saving(page, "saved");
    assert.notEqual(idOf(page), id);
    assert.equal((await engine.show(idOf(page))).text, "Theirs again");
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("where the browser has no room, that is told until the engine has it", async () => {
    const page = await at("new");
    await page.evaluate(() => {
      // Ever smaller pieces, each until no more of it goes in.
      for (let size = 1 << 22, number = 0; size > 0 && number < 1000; ++number)
        try {
          localStorage.setItem(`full.${number}`, "x".repeat(size));
        } catch {
          size >>= 1;
        }
    });
    await step(page, "Message").click();
    await field(page, "Text").fill("nowhere to go");
    await page.locator('.saving[data-state="nowhere"]').getByText("Do not close this tab").waitFor();
    await write(page, message);
    await saving(page, "saved");
    clean(page);
    await page.context().close();
  });

  test("a draft's card leads back to it", async () => {
    const id = await engine.campaign(5, { draft: true, name: "From its card" });
    const page = await at("drafts");
    await page.locator(`[data-campaign="${id}"]`).getByRole("link", { name: "Edit" }).click();
    await step(page, "Message").click();
    assert.equal(await field(page, "Name of the campaign").inputValue(), "From its card");
    await field(page, "Name of the campaign").fill("Another name");
    // Left at once, before any pause in typing.
    await page.getByRole("tab", { name: "Drafts" }).click();
    await page.getByRole("heading", { name: "Another name" }).waitFor();
    clean(page);
    await page.context().close();
  });
});

describe("the start", () => {
  test("what is missing is told, with the way there", async () => {
    const page = await at("new");
    await step(page, "Start").click();
    await page.getByText("There is no audience yet.").waitFor();
    await page.getByText("The message still lacks a name, a sender, a subject, and HTML or text.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-lacking");
    await page.locator(".lacking").getByRole("button", { name: "Message" }).click();
    await field(page, "Subject").waitFor();
    await page.context().close();
  });

  test("a refusal is shown in the engine's words", async () => {
    const { id, page } = await draftAt("Too late", "Start");
    await page.getByRole("button", { name: "Start the campaign" }).click();
    const go = page.getByRole("button", { name: "Start 1,000 letters" });
    await go.waitFor();
    // Without the stream the page does not know that somebody was faster.
    await page.route("**/v1/stream*", (route) => route.abort());
    await withoutEngine(() => {});
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    await go.click();
    await page.getByRole("alert").getByText(/The start was refused: .*(sending|sent)/).waitFor();
    await shoot(page, "new-start-refused");
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("moderation's reasons are told with what was measured, and it goes there", async () => {
    const strict = await Engine.start({ quiet: false });
    try {
      const rows = ["email,name,city", ...Array.from({ length: 20 }, (_, n) => `info@d${n}.example,Info,Rome`)].join("\n");
      const page = await open(browser, strict);
      await page.goto(`${strict.url}/#/new`);
      await upload(page, file(rows));
      await next(page);
      await write(page, { ...message, "Unsubscribe address": "" });
      await saving(page, "saved");
      await step(page, "Check").click();
      await page.getByText("It will go to moderation, for these reasons").waitFor();
      await page.getByText("campaign number 1 of shop.example").waitFor();
      await page.getByText("100% role addresses").waitFor();
      await page.getByText("no unsubscribe link").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, "new-check-moderation");
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByLabel("Language").selectOption("ru");
      await page.keyboard.press("Escape");
      await page.getByText("это выпуск № 1 с домена shop.example").waitFor();
      await page.getByText("служебных адресов (info@, sales@ …) в списке 100%").waitFor();
      await page.getByText("нет ссылки для отписки").waitFor();
      await shoot(page, "new-check-moderation-ru");
      await page.getByRole("button", { name: "Запуск" }).click();
      await page.getByRole("button", { name: "Запустить выпуск" }).click();
      const id = idOf(page);
      await page.getByRole("button", { name: "Запустить: 20 писем" }).click();
      await until(async () => (await strict.show(id)).status === "moderation", "the campaign to go to moderation");
      await page.locator(`[data-campaign="${id}"]`).getByText("На модерации").waitFor();
      clean(page);
      await page.context().close();
    } finally {
      await strict.end();
    }
  });
});

describe("everybody", () => {
  test("the steps in Russian, on a phone, in the dark: no fault and nothing too wide", async () => {
    const id = await engine.campaign(12_400, {
      draft: true,
      name: "Осенняя распродажа",
      html: "<p>Здравствуйте, <b>{{name}}</b>!</p>",
      plan: { start_at: "2099-12-01T09:00:00Z", parts: { size: 200, every: "30m", growth: 50 } },
    });
    const page = await open(browser, engine, { locale: "ru-RU", width: 360, height: 740, dark: true });
    await shoot(page, "new-phone-list-ru");
    assert.ok((await overflowing(page)) <= 0, "the list overflows");
    assert.ok((await page.locator(".frame-head").boundingBox()).height < 120, "the head takes one row beside the tabs");
    await page.getByRole("link", { name: "Новый выпуск" }).click();
    await page.getByText("Перетащите сюда файл").waitFor();
    await shoot(page, "new-phone-file-ru", true);
    await page.goto(`${engine.url}/#/new/${id}`);
    const waited = {
      Контакты: "12 400 получателей",
      Письмо: "Пробное письмо",
      Отправка: /12\s400 писем, \d+ част/,
      Проверка: "без модерации",
      Запуск: "Запустить выпуск",
    };
    for (const [index, [name, text]] of Object.entries(waited).entries()) {
      await page.getByRole("navigation", { name: "Шаги" }).getByRole("button", { name }).click();
      await page.getByText(text).first().waitFor();
      if (name === "Письмо") await page.locator(".letter-subject").waitFor();
      assert.ok((await overflowing(page)) <= 0, `${name} overflows`);
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, `new-phone-${index + 1}-ru`, true);
    }
    clean(page);
    await page.context().close();
  });

  test("a viewer is offered nothing to make", async () => {
    const { secret } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "only looks" });
    const page = await open(browser, engine, { token: secret });
    assert.equal(await page.getByRole("link", { name: "New campaign" }).count(), 0);
    await page.goto(`${engine.url}/#/new`);
    await page.getByText("Your role may look at campaigns").waitFor();
    clean(page);
    await page.context().close();
  });
});
