// Letters in doubt under `hold`: the real engine is killed while a real SMTP server has letters and owes the replies.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
import { browser, clean, engine, noOverflow, withEngine } from "./fixture.mjs";

withEngine();

const doubted = (page, id) => page.locator(`.doubted[data-campaign="${id}"]`);
const box = (page, id, letter) => doubted(page, id).locator(`[data-letter="${letter}"] input`);
const focused = (page) => page.evaluate(() => document.activeElement?.id);
const counts = async (id) => (await engine.show(id)).counts;

/** Campaigns whose letters were all on connections to a sink that does not answer when the engine was killed. */
async function inDoubt(...campaigns) {
  await engine.call("speed", { delay: 600 });
  const ids = [];
  for (const { letters, ...fields } of campaigns) ids.push(await engine.campaign(letters, { on_doubt: "hold", ...fields }));
  // Not all need have come to the sink: a connection takes a second letter while the reply to the first is due.
  for (const [at, id] of ids.entries())
    await until(async () => (await counts(id)).in_flight === campaigns[at].letters, `the letters of ${id} to be in flight`);
  await engine.call("kill");
  await engine.call("speed", { delay: 0 });
  await engine.call("restart");
  for (const [at, id] of ids.entries())
    await until(async () => (await counts(id)).in_doubt === campaigns[at].letters, `the doubt of ${id}`);
  return ids;
}
/** Nothing is left in doubt for the next test. */
async function settleAll(...ids) {
  for (const id of ids) await engine.http("POST", `/v1/campaigns/${id}/doubt`, { action: "give_up" }).catch(() => {});
}
async function openDoubt(options = {}) {
  const page = await open(browser, engine, options);
  await page.getByRole("tab", { name: /In doubt|Под вопросом/ }).click();
  return page;
}

describe("doubt", () => {
  test("where nothing is in doubt there is no tab", async () => {
    const page = await open(browser, engine);
    await page.getByText("Live", { exact: true }).waitFor();
    assert.equal(await page.getByRole("tab", { name: "In doubt" }).count(), 0);
    await page.context().close();
  });

  test("a killed engine's letters in doubt are listed; half are resent, half given up, and the sink agrees", async () => {
    const page = await open(browser, engine);
    const [id] = await inDoubt({ letters: 8, name: "Cut short" });
    const arrived = await engine.call("letters");
    assert.ok(arrived > 0 && arrived <= 8);
    const card = page.locator(`.card[data-campaign="${id}"]`);
    await card.getByText("8 letters in doubt wait for a decision.").waitFor({ timeout: 30_000 });
    await shoot(page, "doubt-card");
    await card.getByRole("link", { name: "Look and decide" }).click();
    await page.getByRole("tab", { name: "In doubt 1" }).waitFor();
    await doubted(page, id).getByText("8 letters in doubt").waitFor();
    await until(async () => (await focused(page)) === `doubt-${id}`, "the focus on the campaign's name", 5);
    const row = doubted(page, id).locator('[data-letter="3"]');
    await row.getByText("r3@d3.example").waitFor();
    await row.getByText("the engine ended before the reply came").waitFor();
    await row.getByText(/^\d\d:\d\d$/).waitFor();
    for (const letter of [0, 1, 2, 7]) await box(page, id, letter).check();
    await doubted(page, id).getByText("4 selected").waitFor();
    await shoot(page, "doubt");
    assert.deepEqual(await axeFaults(page), []);

    const keys = [];
    page.on("request", (request) => {
      if (request.method() === "POST") keys.push([request.headers()["idempotency-key"], request.postData()]);
    });
    await doubted(page, id).getByRole("button", { name: "Resend" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("4 recipients may get this letter twice.").waitFor();
    await shoot(page, "doubt-resend-asks");
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole("button", { name: "Resend 4 letters" }).dblclick();
    await page.getByText("Cut short: 4 letters leave again").waitFor();
    await until(async () => (await focused(page)) === "settled-title", "the focus on what was settled", 5);
    await until(async () => (await counts(id)).accepted === 4, "the four to be accepted");
    await doubted(page, id).getByText("4 letters in doubt").waitFor();
    await until(async () => (await doubted(page, id).locator("[data-letter]").count()) === 4, "four to be left", 5);
    await shoot(page, "doubt-half");

    await doubted(page, id).getByLabel("Select all letters of this campaign").check();
    await doubted(page, id).getByRole("button", { name: "Give up" }).click();
    await dialog.getByText("4 letters count as refused, and will not be sent; this cannot be undone.").waitFor();
    await dialog.getByRole("button", { name: "Give up 4 letters" }).click();
    await page.getByText("Cut short: 4 letters given up").waitFor();
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
    const ended = await counts(id);
    assert.deepEqual([ended.accepted, ended.refused, ended.in_doubt], [4, 4, 0]);
    const again = (await engine.call("recipients")).slice(arrived).sort();
    assert.deepEqual(again, [0, 1, 2, 7].map((one) => `r${one}@d${one}.example`).sort());
    await doubted(page, id).waitFor({ state: "detached" });
    await shoot(page, "doubt-settled");
    assert.deepEqual(await axeFaults(page), []);
    assert.equal(keys.length, 2, "a double click sends once");
    assert.deepEqual(JSON.parse(keys[0][1]), { action: "resend", letters: [0, 3, 7, 8] });
    assert.equal(new Set(keys.map(([key]) => key)).size, 2);
    await page.context().close();
  });

  test("resend and give up by keyboard alone; an operator may, a viewer may look, and the server says so too", async () => {
    const [id] = await inDoubt({ letters: 3, name: "By keys" });
    const { secret: looks } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "looks" });
    const { secret: acts } = await engine.http("POST", "/v1/tokens", { role: "operator", name: "acts" });
    const viewer = await openDoubt({ token: looks });
    await doubted(viewer, id).getByText("r2@d2.example").waitFor();
    assert.equal(await viewer.locator("main input, main [data-command]").count(), 0);
    for (const action of ["resend", "give_up"]) {
      const status = await viewer.evaluate(
        async ([path, action, token]) =>
          (await fetch(path, { method: "POST", body: JSON.stringify({ action }), headers: { Authorization: `Bearer ${token}` } })).status,
        [`/v1/campaigns/${id}/doubt`, action, looks],
      );
      assert.equal(status, 403);
    }
    await viewer.context().close();

    const page = await open(browser, engine, { token: acts });
    const tabTo = async (holds, what, argument) => {
      for (let presses = 0; presses < 60; ++presses) {
        if (await page.evaluate(holds, argument)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab never came to ${what}`);
    };
    const command = (what) =>
      tabTo(
        (name) => {
          const one = document.activeElement;
          const isOpen = document.querySelector("[role=dialog]") !== null;
          return one?.getAttribute("data-command") === name && isOpen === (one.closest("[role=dialog]") !== null);
        },
        what,
        what,
      );
    await page.getByRole("tab", { name: "In doubt" }).waitFor();
    await tabTo(() => document.activeElement?.getAttribute("role") === "tab", "the tabs");
    await page.keyboard.press("End");
    await until(() => page.evaluate(() => document.activeElement?.textContent?.startsWith("Lists")), "the focus on the last tab", 5);
    await page.keyboard.press("ArrowLeft");
    await until(
      () => page.evaluate(() => document.activeElement?.textContent?.startsWith("In doubt")),
      "the focus on the last tab but one",
      5,
    );
    await page.keyboard.press("Enter");
    await doubted(page, id).getByText("r2@d2.example").waitFor();
    await tabTo(() => document.activeElement?.closest("[data-letter]")?.getAttribute("data-letter") === "1", "a letter");
    await page.keyboard.press("Space");
    await command("resend");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await command("resend");
    await page.keyboard.press("Enter");
    await until(async () => (await counts(id)).accepted === 1, "the letter to leave again");
    await until(async () => (await focused(page)) === "settled-title", "the focus on what was settled", 5);
    await until(async () => (await doubted(page, id).locator("[data-letter]").count()) === 2, "two to be left", 5);
    await tabTo(() => document.activeElement?.closest("thead") && document.activeElement.type === "checkbox", "all letters");
    await page.keyboard.press("Space");
    await command("give_up");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("2 letters count as refused").waitFor();
    await command("give_up");
    await page.keyboard.press("Enter");
    await until(async () => (await engine.show(id)).status === "sent", "the campaign's end");
    assert.equal((await counts(id)).refused, 2);
    clean(page);
    await page.context().close();
  });

  test("what was settled or stopped elsewhere meanwhile is told in the engine's words, and nothing is sent", async () => {
    const [id, other] = await inDoubt({ letters: 2, name: "Stopped elsewhere" }, { letters: 2, name: "Settled elsewhere" });
    const page = await openDoubt();
    const dialog = page.getByRole("dialog");
    await page.route("**/doubt", async (route) => {
      if (route.request().method() === "POST") {
        if (route.request().url().includes(`/${id}/`)) {
          await engine.http("POST", `/v1/campaigns/${id}/cancel`);
          // The stream tells of it before the answer is here.
          await doubted(page, id).getByText("Cancelled").waitFor();
        } else await engine.http("POST", `/v1/campaigns/${other}/doubt`, { action: "give_up", letters: [0, 1] });
      }
      await route.continue();
    });
    const arrived = await engine.call("letters");
    // Letters that come meanwhile to the campaign above would move what is clicked.
    await box(page, id, 0).waitFor();
    await box(page, other, 0).check();
    await doubted(page, other).getByRole("button", { name: "Resend" }).click();
    await dialog.getByRole("button", { name: "Resend 1 letter" }).click();
    await dialog.getByText("These letters were settled meanwhile; nothing changed.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await box(page, id, 0).check();
    await doubted(page, id).getByRole("button", { name: "Resend" }).click();
    await dialog.getByRole("button", { name: "Resend 1 letter" }).click();
    await page.getByRole("alert").getByText(/Resend was refused: .*cancelled/).waitFor();
    await shoot(page, "doubt-refused");
    assert.equal(await engine.call("letters"), arrived);
    await settleAll(id, other);
    await page.context().close();
  });

  test("a lost connection is told; what did not arrive is sent again once, under the same key", async () => {
    const [id] = await inDoubt({ letters: 2, name: "While the line was down" });
    const page = await openDoubt();
    await box(page, id, 1).check();
    const keys = [];
    page.on("request", (request) => {
      if (request.method() === "POST") keys.push(request.headers()["idempotency-key"]);
    });
    await engine.call("stop");
    await page.getByText(/Connection lost since/).waitFor();
    let asked = 0;
    page.on("request", (request) => (asked += request.url().includes("/doubt?") ? 1 : 0));
    await doubted(page, id).getByRole("button", { name: "Resend" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resend 1 letter" }).click();
    await page.getByRole("dialog").getByText("the engine cannot be reached").waitFor();
    await shoot(page, "doubt-lost");
    assert.equal(asked, 0, "what is shown stays as it was");
    await engine.call("restart");
    await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
    await until(async () => (await counts(id)).accepted === 1, "the letter to leave again");
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys).size, 1);
    await until(async () => (await doubted(page, id).locator("[data-letter]").count()) === 1, "one to be left", 30);
    await settleAll(id);
    await page.context().close();
  });

  test("several campaigns, hostile names, in Russian, on a phone and in the dark", async () => {
    const evil = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202Eevil ${"W".repeat(90)}`;
    const [one, two] = await inDoubt({ letters: 3, name: evil }, { letters: 5, name: "Вторая" });
    for (const options of [{ width: 360, height: 740, dark: true, locale: "ru-RU" }, {}]) {
      const page = await openDoubt(options);
      await doubted(page, one).locator("[data-letter]").first().waitFor();
      await doubted(page, two).locator("[data-letter]").first().waitFor();
      assert.equal(await page.locator(`#doubt-${one}`).textContent(), evil);
      if (options.locale) {
        await doubted(page, two).getByText("5 писем под вопросом").waitFor();
        await doubted(page, one).getByText("программа завершилась раньше, чем пришёл ответ").first().waitFor();
      }
      await noOverflow(page);
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, options.locale ? "doubt-phone-dark-russian" : "doubt-several", true);
      await box(page, one, 0).check();
      await doubted(page, one).locator('[data-command="give_up"]').click();
      await page.getByRole("dialog").waitFor();
      await noOverflow(page);
      if (options.locale) await page.getByText("1 письмо будет учтено как отказ и больше не уйдёт; вернуть это нельзя.").waitFor();
      await shoot(page, options.locale ? "doubt-hostile-phone-asks" : "doubt-hostile-asks");
      assert.equal(await page.evaluate(() => window.hit), undefined);
      clean(page);
      await page.context().close();
    }
    await settleAll(one, two);
  });
});
