// What waits for a moderator, looked at and decided, against the real engine in Debian's Chromium.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { axeFaults, launch, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";

let browser;
let engine;
let audience;
before(async () => {
  browser = await launch();
  // Every campaign of this engine's young sender waits for a moderator.
  engine = await Engine.start({ quiet: false, environment: { SLUICE_LOG_LEVEL: "warn", SLUICE_MODERATION_FIRST_CAMPAIGNS: "1000", SLUICE_MODERATION_TWO_PEOPLE: "off" } });
  audience = await engine.call("import", { count: 45, name: "readers" });
});
after(async () => {
  await browser?.close();
  await engine?.end();
});

const html = "<h1>Dear {{name}}</h1><p>Everything is cheaper.</p>";
async function submitted(name, fields = {}) {
  const id = await engine.call("create", { audience, name, html, ...fields });
  await engine.http("POST", `/v1/campaigns/${id}/start`);
  return id;
}
const clean = (page) => assert.deepEqual(page.complaints, [], "the browser complained");
const noOverflow = async (page) =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing overflows");
const review = (page, id) => page.locator(`.review[data-campaign="${id}"]`);
const queued = (page, id) => page.locator(`.queue [data-campaign="${id}"]`);
const focused = (page) => page.evaluate(() => document.activeElement?.id);
async function openQueue(options = {}) {
  const page = await open(browser, engine, options);
  await page.getByRole("tab", { name: /Moderation|Модерация/ }).click();
  return page;
}
/** Leaves nothing behind for the next test. */
async function emptyQueue() {
  const { items } = await engine.http("GET", "/v1/campaigns?status=moderation");
  for (const one of items) await engine.http("POST", `/v1/campaigns/${one.id}/reject`, { reason: "the test is over" });
}

describe("moderation", () => {
  afterEach(emptyQueue);

  test("the queue is oldest first, says how long each waits and why, and the tab how many there are", async () => {
    const late = await engine.call("create", { audience, name: "Made first, submitted last", html });
    const first = await submitted("Submitted first");
    await engine.http("POST", `/v1/campaigns/${late}/start`);
    const page = await openQueue();
    await review(page, first).waitFor();
    assert.deepEqual(
      await page.locator(".queue [data-campaign]").evaluateAll((all) => all.map((one) => one.dataset.campaign)),
      [first, late],
    );
    await page.getByRole("tab", { name: "Moderation 2" }).waitFor();
    await queued(page, first).getByText(/came just now|waits \d+ min/).waitFor();
    const it = review(page, first);
    await it.getByText(/campaign number \d+ of shop\.example; the first 1,000/).waitFor();
    for (const told of ["Shop <news@shop.example>", "readers · 45 recipients", "https://shop.example/u"])
      await it.getByText(told, { exact: true }).waitFor();
    const later = await submitted("Came while I looked");
    await queued(page, later).waitFor();
    await page.getByRole("tab", { name: "Moderation 3" }).waitFor();
    assert.equal(await review(page, first).count(), 1, "what is looked at stays");
    await shoot(page, "moderation");
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });

  test("the message is shown for a chosen recipient, as HTML in its frame and as text; the audience page by page", async () => {
    const id = await submitted("To be read", { subject: "For {{name}}" });
    const page = await openQueue();
    const it = review(page, id);
    const letter = page.frameLocator(".message-frame").frameLocator("iframe");
    await letter.getByRole("heading", { name: "Dear Recipient 0" }).waitFor();
    await it.getByRole("spinbutton", { name: "Recipient number" }).fill("8");
    await letter.getByRole("heading", { name: "Dear Recipient 7" }).waitFor();
    await it.getByText("For Recipient 7").waitFor();
    await it.getByRole("tab", { name: "Text" }).click();
    await it.getByText("Dear Recipient 7, everything is cheaper.").waitFor();
    await it.getByRole("rowheader", { name: "r0@d0.example" }).waitFor();
    await it.getByText("1–20 of 45").waitFor();
    await it.getByRole("button", { name: "Next ›" }).click();
    await it.getByRole("button", { name: "Next ›" }).click();
    await it.getByRole("rowheader", { name: "r44@d4.example" }).waitFor();
    await it.getByText("41–45 of 45").waitFor();
    assert.equal(await it.getByRole("rowheader").count(), 5);
    clean(page);
    await page.context().close();
  });

  test("what the import left out is told, with what stood there", async () => {
    const id = await submitted("Of a list with gaps");
    const whole = {
      ...(await engine.http("GET", `/v1/audiences/${audience}`)),
      left_out_total: 3,
      left_out_reasons: [{ code: "left_out_no_address", count: 3 }],
      left_out: [{ line: 7, reason: "no address", notice: { code: "left_out_no_address" }, cell: "nobody home" }],
      read: { format: "csv", encoding: "windows-1251", delimiter: ";", sheet: "", email_column: "email", notices: [] },
    };
    for (const [locale, words] of [
      ["en-GB", ["read as CSV, WINDOWS-1251", "3 rows left out", /line 7: nobody home/, "and 2 more"]],
      ["ru-RU", ["файл прочитан как CSV, WINDOWS-1251", "Пропущено: 3 строки", /строка 7: nobody home/, "и ещё 2"]],
    ]) {
      const page = await open(browser, engine, { locale });
      await page.route(`**/v1/audiences/${audience}`, (route) =>
        route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify(whole) }),
      );
      await page.getByRole("tab", { name: /Moderation|Модерация/ }).click();
      const it = review(page, id);
      await it.getByText(words[0]).waitFor();
      await it.getByText(words[1]).click();
      await it.getByText(words[2]).waitFor();
      await it.getByText(words[3]).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shoot(page, `moderation-left-out-${locale}`, true);
      clean(page);
      await page.context().close();
    }
  });

  test("the decisions do not move when the message and the audience come late", async () => {
    const id = await submitted("Slowly read");
    const page = await open(browser, engine);
    let letGo;
    const isLetGo = new Promise((resolve) => (letGo = resolve));
    for (const late of ["**/preview?*", "**/v1/audiences/**"])
      await page.route(late, async (route) => {
        await isLetGo;
        await route.continue();
      });
    await page.getByRole("tab", { name: /Moderation/ }).click();
    const approve = review(page, id).getByRole("button", { name: "Approve" });
    const early = await approve.boundingBox();
    letGo();
    await page.frameLocator(".message-frame").frameLocator("iframe").getByRole("heading").waitFor();
    await review(page, id).getByRole("rowheader").first().waitFor();
    assert.deepEqual(await approve.boundingBox(), early);
    clean(page);
    await page.context().close();
  });

  test("approval says in numbers what goes out and when, a double click approves once, and the next comes up", async () => {
    const at = "2036-12-01T09:00:00Z";
    const first = await submitted("Approved", { plan: { start_at: at } });
    const second = await submitted("The next", { plan: { parts: { size: 10, every: "30m", growth: 0 } } });
    const page = await openQueue();
    await review(page, first).getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("45 letters go out from 1 Dec 2036 09:00.").waitFor();
    await dialog.getByRole("textbox").fill("Looks <b>good</b>");
    await shoot(page, "moderation-approve");
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole("button", { name: "Approve" }).dblclick();
    await review(page, second).waitFor();
    await until(async () => (await focused(page)) === "review-title", "the focus on the next one's name", 5);
    assert.equal((await engine.show(first)).status, "preparing");
    const log = await engine.http("GET", `/v1/campaigns/${first}/log?limit=1000`);
    assert.deepEqual(log.items.filter((one) => one.t === "approved").map((one) => one.words), ["Looks <b>good</b>"]);
    assert.equal((await engine.show(second)).stage, "moderation", "the second click hit nothing else");
    await review(page, second).getByRole("button", { name: "Approve" }).click();
    await dialog.getByText("45 letters go out from now in parts: the first 10 at once, the next every 30 min.").waitFor();
    await page.keyboard.press("Escape");
    clean(page);
    await page.context().close();
  });

  test("a rejection asks for a reason, and says that nothing will be sent", async () => {
    const id = await submitted("Not this");
    const page = await openQueue();
    await review(page, id).getByRole("button", { name: "Reject" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("45 letters will never be sent; this cannot be undone.").waitFor();
    await dialog.getByRole("button", { name: "Reject" }).click();
    await dialog.getByText("Please say why").waitFor();
    assert.equal((await engine.show(id)).status, "moderation");
    await shoot(page, "moderation-reject");
    await dialog.getByRole("textbox").fill("The link leads nowhere");
    await dialog.getByRole("button", { name: "Reject" }).click();
    await page.getByText("Nothing waits for you").waitFor();
    assert.equal(await focused(page), "campaigns");
    const { status, moderation } = await engine.show(id);
    assert.deepEqual([status, moderation.words], ["rejected", "The link leads nowhere"]);
    await shoot(page, "moderation-empty");
    clean(page);
    await page.context().close();
  });

  test("what another moderator decided meanwhile stays before the eyes and says so; a command too late is refused", async () => {
    const id = await submitted("Decided elsewhere");
    const other = await submitted("Still here");
    const page = await openQueue();
    await review(page, id).getByRole("button", { name: "Approve" }).click();
    await page.route("**/approve", async (route) => {
      await engine.http("POST", `/v1/campaigns/${id}/reject`, { reason: "mine first" });
      await route.continue();
    });
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("alert").getByText(/Approve was refused: .*rejected/).waitFor();
    await shoot(page, "moderation-refused");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await review(page, id).getByText("It no longer waits for a moderator. Its status now: Rejected.").waitFor();
    assert.equal(await review(page, id).locator("[data-command]").count(), 0);
    await review(page, id).getByRole("button", { name: "Show the next one" }).click();
    await review(page, other).waitFor();
    await page.context().close();
  });

  test("content that is other than what was opened is told, and cannot be approved", async () => {
    const id = await submitted("Another under the same name");
    const page = await open(browser, engine, { token: "" });
    let isChanged = false;
    await page.route("**/v1/stream?form=brief*", async (route) => {
      const { id: _, text: __, html: ___, ...rest } = await engine.show(id);
      const hash = isChanged ? "another" : rest.moderation.content_hash;
      const told = { id, ...rest, moderation: { ...rest.moderation, content_hash: hash } };
      await route.fulfill({
        contentType: "text/event-stream",
        body: `event: campaign\ndata: ${JSON.stringify(told)}\n\nevent: caught_up\ndata: {}\n\n`,
      });
    });
    await page.getByLabel("Token").fill(engine.token);
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: /Moderation/ }).click();
    await review(page, id).getByRole("button", { name: "Approve" }).waitFor();
    isChanged = true;
    await review(page, id).getByText("Its content changed since you opened it").waitFor({ timeout: 20_000 });
    assert.equal(await review(page, id).getByRole("button", { name: "Approve" }).count(), 0);
    await page.context().close();
  });

  test("approve and reject can be given by keyboard alone", async () => {
    const [first, second] = [await submitted("By keys"), await submitted("By keys again")];
    const page = await open(browser, engine);
    const tabTo = async (holds, what) => {
      for (let presses = 0; presses < 60; ++presses) {
        if (await page.evaluate(holds)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab never came to ${what}`);
    };
    await tabTo(() => document.activeElement?.getAttribute("role") === "tab", "the tabs");
    await page.keyboard.press("End");
    await until(() => page.evaluate(() => document.activeElement?.textContent?.startsWith("Lists")), "the focus on the last tab", 5);
    await page.keyboard.press("ArrowLeft");
    await until(
      () => page.evaluate(() => document.activeElement?.textContent?.startsWith("Moderation")),
      "the focus on the last tab but one",
      5,
    );
    await page.keyboard.press("Enter");
    await review(page, first).getByRole("heading", { name: "Dear" }).count();
    await review(page, first).waitFor();
    await tabTo(() => document.activeElement?.getAttribute("data-command") === "approve", "Approve");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("fine");
    await tabTo(() => document.activeElement?.closest("dialog, [role=dialog]") && document.activeElement?.getAttribute("data-command") === "approve", "Approve in the dialog");
    await page.keyboard.press("Enter");
    await until(async () => (await engine.show(first)).stage !== "moderation", "the approval");
    await review(page, second).waitFor();
    await until(async () => (await focused(page)) === "review-title", "the focus on the next one's name", 5);
    await tabTo(() => document.activeElement?.getAttribute("data-command") === "reject", "Reject");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("no");
    await tabTo(() => document.activeElement?.closest("[role=dialog]") && document.activeElement?.getAttribute("data-command") === "reject", "Reject in the dialog");
    await page.keyboard.press("Enter");
    await until(async () => (await engine.show(second)).status === "rejected", "the rejection");
    clean(page);
    await page.context().close();
  });

  test("it is for moderators: others are not offered the tab, and the server refuses them", async () => {
    const id = await submitted("Not yours");
    for (const role of ["viewer", "operator", "moderator"]) {
      const { secret } = await engine.http("POST", "/v1/tokens", { role, name: `the ${role}` });
      const page = await open(browser, engine, { token: secret });
      const may = role === "moderator";
      assert.equal(await page.getByRole("tab", { name: /Moderation/ }).count(), may ? 1 : 0, role);
      await page.goto(`${engine.url}/#/moderation/${id}`);
      if (may) await review(page, id).getByRole("button", { name: "Approve" }).waitFor();
      else {
        await page.getByRole("heading", { name: "Outgoing" }).waitFor();
        assert.equal(await page.locator(".review").count(), 0);
        for (const what of ["approve", "reject"]) {
          const status = await page.evaluate(
            async ([path, token]) =>
              (await fetch(path, { method: "POST", body: "{}", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } })).status,
            [`/v1/campaigns/${id}/${what}`, secret],
          );
          assert.equal(status, 403, `${role} ${what}`);
        }
      }
      await page.context().close();
    }
  });

  test("a hostile name, subject, sender, audience, hold reason and message are words and nothing else", async () => {
    const evil = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202Eevil ${"W".repeat(90)}`;
    const rows = `email,"<b>\u202Ename"\n"x@evil.example","<img src=x onerror=window.hit=1>\u202E${"Z".repeat(80)}"\n`;
    const list = await engine.http("POST", `/v1/audiences?name=${encodeURIComponent(evil)}`, rows);
    const id = await engine.call("create", {
      audience: list.id,
      name: evil,
      subject: evil,
      from: `"<script>window.hit=1</script>\u202E" <news@shop.example>`,
      allow_unknown_fields: true,
      html: `<script>top.hit=1</script><img src=x onerror="top.hit=1"><a href="javascript:top.hit=1">press</a><style>body{position:fixed;inset:-9999px}</style>`,
    });
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    await engine.http("POST", `/v1/campaigns/${id}/pause`, { reason: evil });
    for (const options of [{}, { width: 360, height: 740 }]) {
      const page = await openQueue(options);
      await review(page, id).waitFor();
      assert.equal(await page.locator("#review-title").textContent(), evil);
      await review(page, id).getByRole("rowheader", { name: "x@evil.example" }).waitFor();
      await until(() => page.locator(".letter-sheet").count(), "the letter", 5);
      await noOverflow(page);
      await shoot(page, `moderation-hostile-${options.width ?? "wide"}`, true);
      await review(page, id).getByRole("button", { name: "Reject" }).click();
      await noOverflow(page);
      await page.keyboard.press("Escape");
      await page.getByRole("tab", { name: "Outgoing" }).click();
      await page.locator(`.card[data-campaign="${id}"]`).getByText("paused by").waitFor();
      await noOverflow(page);
      const isolated = await page.evaluate(() =>
        [...document.querySelectorAll("main *")]
          .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.includes("\u202E")))
          .filter((one) => !/isolate|plaintext/.test(getComputedStyle(one).unicodeBidi))
          .map((one) => one.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(isolated, [], "a bidi control leaks into what stands beside it");
      assert.equal(await page.evaluate(() => window.hit), undefined);
      await page.context().close();
    }
    await engine.http("POST", `/v1/campaigns/${id}/reject`, { reason: evil });
    const page = await open(browser, engine, { width: 360, height: 740 });
    await page.getByRole("tab", { name: "Finished" }).click();
    await page.locator(`.card[data-campaign="${id}"] .notice q`).waitFor();
    await noOverflow(page);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    await page.context().close();
  });

  test("a lost connection is told; an approval that did not arrive is sent again once, under the same key", async () => {
    const id = await submitted("While the line was down", { plan: { start_at: "2036-01-01T00:00:00Z" } });
    const page = await open(browser, engine);
    await page.getByText("Live", { exact: true }).waitFor();
    const keys = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/approve")) keys.push(request.headers()["idempotency-key"]);
    });
    await page.route("**/assets/moderation-*.js", (route) => route.abort());
    await page.getByRole("tab", { name: /Moderation/ }).click();
    await page.getByRole("alert").getByText("This view could not be loaded").waitFor();
    await page.unroute("**/assets/moderation-*.js");
    await engine.call("stop");
    await page.getByText(/Connection lost since/).waitFor();
    await engine.call("restart");
    await review(page, id).getByRole("button", { name: "Approve" }).waitFor({ timeout: 30_000 });
    await review(page, id).getByRole("button", { name: "Approve" }).click();
    await engine.call("stop");
    await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await page.getByRole("dialog").getByText("the engine cannot be reached").waitFor();
    await shoot(page, "moderation-lost");
    await engine.call("restart");
    const later = await submitted("Came when the line was up");
    await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
    await until(async () => (await engine.show(id)).status === "preparing", "the approval");
    await review(page, later).waitFor({ timeout: 30_000 });
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys).size, 1);
    await page.context().close();
  });

  test("in Russian, on a phone and in the dark", async () => {
    const id = await submitted("Новогодний выпуск", { plan: { start_at: "2036-12-01T09:00:00Z" } });
    const page = await openQueue({ locale: "ru-RU", width: 360, height: 740, dark: true });
    await review(page, id).getByText(/это выпуск № \d+ с домена shop\.example; первые 1\s000 с каждого домена проверяет модератор/).waitFor();
    await page.frameLocator(".message-frame").frameLocator("iframe").getByRole("heading").waitFor();
    await shoot(page, "moderation-phone-dark-russian", true);
    await page.locator(".message-frame").scrollIntoViewIfNeeded();
    await shoot(page, "moderation-message-dark");
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    await review(page, id).getByRole("button", { name: "Одобрить" }).click();
    await page.getByRole("dialog").getByText("45 писем уйдут начиная с 1 дек. 2036 09:00.").waitFor();
    await shoot(page, "moderation-approve-phone-russian");
    await noOverflow(page);
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });
});

describe("two people", () => {
  test("the author is not offered to approve, the others are, and the page says who has", async () => {
    const own = await Engine.start({
      quiet: false,
      environment: { SLUICE_LOG_LEVEL: "warn", SLUICE_MODERATION_TWO_PEOPLE: "on", SLUICE_MODERATION_APPROVALS_NEEDED: "2" },
    });
    try {
      const secrets = {};
      for (const name of ["anna", "mara"]) secrets[name] = (await own.http("POST", "/v1/tokens", { role: "moderator", name })).secret;
      const list = await own.call("import", { count: 5, name: "readers" });
      const id = await own.call("create", { audience: list, name: "Of two people", html });
      await own.http("POST", `/v1/campaigns/${id}/start`);
      const author = await open(browser, own);
      await author.goto(`${own.url}/#/moderation/${id}`);
      await review(author, id).getByText("You wrote or edited it last: somebody else has to approve it.").waitFor();
      assert.equal(await review(author, id).getByRole("button", { name: "Approve" }).count(), 0);
      await review(author, id).getByText(/^0 of 2/).waitFor();
      await own.http("POST", `/v1/campaigns/${id}/approve`, {}, secrets.anna);
      await review(author, id).getByText(/^1 of 2 · .*anna/).waitFor();
      const other = await open(browser, own, { token: secrets.mara, locale: "ru-RU" });
      await other.goto(`${own.url}/#/moderation/${id}`);
      await review(other, id).getByText(/^1 из 2/).waitFor();
      await review(other, id).locator("[data-command=approve]").waitFor();
      await own.http("POST", `/v1/campaigns/${id}/approve`, {}, secrets.mara);
      await until(async () => (await own.http("GET", `/v1/campaigns/${id}`)).status === "sent", "it to be sent");
      await author.context().close();
      await other.context().close();
    } finally {
      await own.end();
    }
  });
});
