// A campaign that the engine holds because a real SMTP server refuses its letters: looked into, mended, resumed.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { browser, cardOf, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

const words = "550 5.7.0 Message blocked by policy";

withEngine();


/** A campaign of whose letters the server took none, held by the engine. */
async function held(letters, name) {
  await engine.call("refuse", { text: words });
  const id = await engine.campaign(letters, { name });
  await until(async () => (await engine.show(id)).hold?.reason === "relay_refuses", "the hold");
  await until(async () => (await engine.show(id)).counts.in_flight === 0, "the letters on connections to be through");
  return id;
}

describe("refusals", () => {
  test("a campaign that the server refuses is held; it is looked into, and resumed by a trial", async () => {
    const id = await held(80, "Refused at first");
    const page = await open(browser, engine);
    const card = cardOf(page, id);
    await card.getByText(/held since .* because the sending server refuses its letters/).waitFor();
    await card.getByText(/likely about the sender, the account or the message/).waitFor();
    await card.getByText(/then resume: 50 letters leave first; the rest follows/).waitFor();
    const { refusals } = await engine.show(id);
    assert.ok(refusals.provisional >= 10);
    await card.getByText(`${refusals.provisional} of them refused for now`).waitFor();
    const commands = await card.locator(".card-commands button").allTextContents();
    assert.deepEqual(commands.slice(0, 2), ["Look into it", "Resume"]);
    await shoot(page, "refusals-card");
    assert.deepEqual(await axeFaults(page), []);

    await card.getByRole("button", { name: "Look into it" }).click();
    const dialog = page.getByRole("dialog", { name: "Refused at first" });
    await dialog.getByRole("tab", { name: "Server response", selected: true }).waitFor();
    await dialog.getByRole("cell", { name: "Message blocked by policy" }).waitFor();
    await shoot(page, "refusals-looked-into");
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole("tab", { name: "Letters" }).click();
    await dialog.getByLabel("Outcome").selectOption({ label: "refused for now" });
    await until(
      async () => (await dialog.getByRole("row").count()) === refusals.provisional + 1,
      "the list to hold those that are refused for now, and no others",
    );
    await dialog.getByRole("cell", { name: /refused for now/ }).first().waitFor();
    await shoot(page, "refusals-listed");
    await dialog.getByRole("searchbox", { name: "Find a recipient" }).fill("nobody-has-this");
    await dialog.getByText("No letter here fits the search and the filter.").waitFor();

    await engine.call("refuse");
    await dialog.getByRole("button", { name: "Resume" }).click();
    const question = page.getByRole("dialog", { name: /^Resume/ });
    await question.getByText("50 letters leave first; the rest follows when these were accepted.").waitFor();
    await shoot(page, "refusals-resume-asks");
    await question.getByRole("button", { name: "Resume" }).click();
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
    const { counts } = await engine.show(id);
    assert.deepEqual([counts.accepted, counts.refused], [80, 0]);
    assert.equal(new Set(await engine.call("recipients")).size, 80);
    await dialog.getByText("Sent", { exact: true }).waitFor();
    await dialog.getByRole("tab", { name: "Log" }).click();
    await dialog.getByText("Held because the sending server refuses its letters").waitFor();
    await dialog.getByText(/Resumed\. 50 letters leave first/).waitFor();
    await dialog.getByText(/\d+ letters refused for now will be sent again/).waitFor();
    await dialog.getByText("The letters that left first were accepted: the rest follows").waitFor();
    await shoot(page, "refusals-log");
    clean(page);
    await page.context().close();
  });

  test("a person may take refusals for final; a viewer may not, and the rest is left as it is", async () => {
    const id = await held(12, "Taken for final");
    const { secret } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "looks" });
    const viewer = await open(browser, engine, { token: secret });
    await cardOf(viewer, id).getByText("12 letters refused for now").waitFor();
    assert.equal(await cardOf(viewer, id).locator('[data-command$="_refusals"]').count(), 0);
    await viewer.context().close();

    const page = await open(browser, engine);
    const card = cardOf(page, id);
    await card.getByRole("button", { name: "Try again" }).waitFor();
    await card.getByRole("button", { name: "Accept refusals" }).click();
    const question = page.getByRole("dialog", { name: /^Accept the refusals/ });
    await question.getByText("12 letters count as refused, and will not be sent; this cannot be undone.").waitFor();
    await shoot(page, "refusals-accept-asks");
    assert.deepEqual(await axeFaults(page), []);
    await question.getByRole("button", { name: "Accept refusals" }).dblclick();
    await until(async () => (await engine.show(id)).counts.refused === 12, "the refusals to be final");
    await card.getByText("Nothing is left to send: Resume ends the campaign as it is.").waitFor();
    await card.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").getByText("Nothing is left to send: the campaign ends as it is.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
    clean(page);
    await page.context().close();
  });

  test("where the account is refused, the card says that nobody is given up and one letter probes", async () => {
    await engine.call("refuse", { text: "554 5.7.1 Relay access denied" });
    const id = await engine.campaign(5, { name: "No login" });
    const page = await open(browser, engine);
    const card = cardOf(page, id);
    await card.getByText(/refuses whatever is sent from this account: 554 5.7.1 Relay access denied/).waitFor();
    await card.getByText(/Trouble with your account at the sending server since/).waitFor();
    await card.getByText(/Nobody is given up: one letter probes/).waitFor();
    await card.getByText("Check that relay.url logs in as a user who may send").waitFor();
    await card.getByText(/^Tried \d+ times? since \d\d:\d\d; (next try at \d\d:\d\d:\d\d|being tried now)\.$/).waitFor();
    await card.getByRole("button", { name: "Pause" }).waitFor();
    assert.equal(await card.getByRole("button", { name: "Look into it" }).count(), 0, "it is not held");
    assert.equal((await engine.show(id)).refusals.provisional, 0);
    await shoot(page, "refusals-account");
    await engine.call("refuse");
    await until(async () => (await engine.show(id)).status === "sent", "the probe to be through, and the rest");
    assert.equal((await engine.show(id)).counts.accepted, 5);
    await page.context().close();
  });

  test("letters that are put off are told with what was said and when they leave again, as no trouble", async () => {
    await engine.call("refuse", { text: "450 4.2.0 Greylisted, come again" });
    const id = await engine.campaign(5, { name: "Greylisted" });
    const page = await open(browser, engine);
    const card = cardOf(page, id);
    await card.getByText(/5 letters put off by the server, which last said: .*450 4.2.0 Greylisted, come again/).waitFor();
    await card.getByText(/They leave again from \d\d:\d\d on/).waitFor();
    assert.equal(await card.locator('[data-kind="trouble"]').count(), 0);
    await shoot(page, "delays");
    assert.deepEqual(await axeFaults(page), []);
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
    clean(page);
    await page.context().close();
  });

  test("in Russian, on a phone and in the dark", async () => {
    const id = await held(30, "По-русски");
    const page = await open(browser, engine, { width: 360, height: 740, dark: true, locale: "ru-RU" });
    const card = cardOf(page, id);
    await card.getByText(/задержан с .*: почтовый сервер отклоняет его письма/).waitFor();
    await card.getByText(/Сначала уйдут 30 писем: это все, что остались/).waitFor();
    await card.getByRole("button", { name: "Попробовать снова" }).waitFor();
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "refusals-phone-dark-russian", true);
    await engine.call("refuse");
    await card.getByRole("button", { name: "Попробовать снова" }).click();
    const question = page.getByRole("dialog");
    await question.getByText("Выпуск задержан: они уйдут, когда вы его продолжите.").waitFor();
    await noOverflow(page);
    await question.getByRole("button", { name: "Попробовать снова" }).click();
    await until(async () => (await engine.show(id)).refusals.provisional === 0, "the refusals to be forgotten");
    await card.getByRole("button", { name: "Разобраться" }).click();
    await page.getByRole("tab", { name: "Ответы сервера", selected: true }).waitFor();
    await noOverflow(page);
    await shoot(page, "refusals-phone-looked-into", true);
    clean(page);
    await page.context().close();
  });

  test("a server that asks for less is told as the pace that it bears", async () => {
    await engine.call("refuse", { text: "454 4.7.0 Throttling failure: maximum sending rate exceeded" });
    const id = await engine.campaign(5, { name: "Throttled" });
    const page = await open(browser, engine);
    const card = cardOf(page, id);
    await card.getByText(/The sending server takes [\d.]+ letters a second, .*454 4.7.0 Throttling failure/).waitFor();
    await shoot(page, "pace");
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
    await engine.call("refuse");
    clean(page);
    await page.context().close();
  });

  test("a server that is away is told with what was tried and what to do", async () => {
    await engine.call("go_away");
    const id = await engine.campaign(5, { name: "Nobody there" });
    for (const [locale, width, whose, advice, tried] of [
      ["en-GB", 1200, /Trouble with the sending server since .*cannot connect/, /Check that the server is running/, /^Tried \d+ times? since/],
      ["ru-RU", 360, /Почтовый сервер не принимает письма с .*соединение отклонено/, /Проверьте, что почтовый сервер работает/, /^Попыток с .*: \d+;/],
    ]) {
      const page = await open(browser, engine, { locale, width });
      const card = cardOf(page, id);
      for (const words of [whose, advice, tried]) await card.getByText(words).waitFor();
      // Nothing tells the page of a try: it asks.
      const before = await card.getByText(tried).textContent();
      await until(async () => (await card.getByText(tried).textContent()) !== before, "the next try to be told");
      await noOverflow(page);
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, `relay-away-${locale}`);
      clean(page);
      await page.context().close();
    }
  });
});
