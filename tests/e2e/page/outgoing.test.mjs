// The page against the real engine and a real SMTP server, in Debian's Chromium.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axeFaults, clickSecond, open, shoot, until } from "./browser.mjs";
import { browser, clean, engine, withEngine } from "./fixture.mjs";

// The sink takes 50 ms a letter, so that there is always something in flight.
withEngine({ delay: 0.05 });

const soon = { start_at: "now", parts: { size: 40, every: "1h", growth: 0 } };
const card = (page, id) => page.locator(`[data-campaign="${id}"]`);
const focusOn = (page, text) =>
  until(async () => (await page.evaluate(() => document.activeElement?.textContent)) === text, `the focus on ${text}`, 5);

describe("signing in", () => {
  test("the token leaves the address bar at once, and survives a reload", async () => {
    const page = await open(browser, engine);
    assert.equal(new URL(page.url()).hash, "");
    assert.equal(await page.evaluate(() => history.length <= 2), true);
    await page.reload();
    await page.getByRole("tablist").waitFor();
    clean(page);
    await page.context().close();
  });

  test("without a token there is a form; a wrong one is told, a right one signs in", async () => {
    const page = await open(browser, engine, { token: "" });
    await page.getByLabel("Token").fill("slc_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("not known").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "sign-in");
    await page.getByLabel("Token").fill(engine.token);
    await page.keyboard.press("Enter");
    await page.getByRole("tablist").waitFor();
    await page.context().close();
  });

  test("a link whose token is broken is told, and the token of before is not used in its place", async () => {
    const page = await open(browser, engine);
    for (const broken of ["%", "%E0%A4%A", "", "slc_abc%20def", "slc_%D1%82"]) {
      await page.goto(`${engine.url}/#token=${broken}`);
      await page.getByRole("alert").getByText("The token in this link is broken").waitFor();
      assert.equal(new URL(page.url()).hash, "");
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
      await page.goto("about:blank");
    }
    await page.goto(`${engine.url}/#token=${engine.token}`);
    await page.getByRole("tablist").waitFor();
    clean(page);
    await page.context().close();
  });

  test("a viewer is offered no command", async () => {
    const { secret, token } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "looks" });
    const id = await engine.campaign(100, { name: "Only looked at", plan: soon });
    const page = await open(browser, engine, { token: secret ?? token });
    await card(page, id).waitFor();
    assert.equal(await page.locator("[data-command]").count(), 0);
    assert.equal(await page.getByRole("checkbox").count(), 0);
    assert.equal(await page.getByRole("tab", { name: "Moderation" }).count(), 0);
    await card(page, id).getByRole("button", { name: /More commands/ }).click();
    assert.deepEqual(await page.getByRole("menuitem").allTextContents(), ["Details"]);
    clean(page);
    await page.context().close();
  });
});

describe("commands", () => {
  test("pause shows what is in flight and then what became of it; resume goes on", async () => {
    const id = await engine.campaign(3000, { name: "Autumn sale" });
    const page = await open(browser, engine);
    const it = card(page, id);
    await it.getByText("in flight").first().waitFor();
    await shoot(page, "sending");
    await it.getByRole("button", { name: "Pause" }).dblclick();
    assert.match(
      await until(() => page.evaluate(() => document.activeElement?.getAttribute("data-command")), "the focus to stay", 5),
      /pause|resume/,
    );
    await it.getByText(/drained: [\d,]+ accepted, 0 in doubt/).waitFor();
    await it.getByText("accumulated", { exact: false }).first().waitFor();
    await shoot(page, "paused");
    const { hold, counts } = await engine.show(id);
    assert.ok(hold, "the engine holds it");
    assert.equal(counts.in_flight, 0);
    const log = await engine.http("GET", `/v1/campaigns/${id}/log?limit=10000`);
    assert.equal(log.items.filter((one) => one.t === "paused").length, 1, "a double click pauses once");
    const held = counts.pending.toLocaleString("en");
    await it.getByRole("button", { name: `Resume · ${held} letters at once` }).click();
    await page.getByRole("dialog").getByText(`${held} letters accumulated during the pause`).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "resume-asks");
    await page.getByRole("dialog").getByRole("button", { name: "Resume", exact: true }).click();
    await until(async () => (await engine.show(id)).status === "sending", "the campaign to go on");
    await it.getByRole("button", { name: "Pause" }).waitFor();
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
    clean(page);
    await page.context().close();
  });

  test("release asks once with the number, and the whole rest leaves", async () => {
    const id = await engine.campaign(120, { name: "Bit by bit", plan: soon });
    const page = await open(browser, engine);
    await until(async () => (await engine.show(id)).counts.accepted === 40, "the first part to leave");
    await card(page, id).getByRole("button", { name: /More commands/ }).click();
    await page.getByRole("menuitem", { name: "Release whole" }).click();
    await page.getByRole("dialog").getByText("80 letters leave now").waitFor();
    await shoot(page, "release-asks");
    const confirm = page.getByRole("button", { name: "Release 80 letters" });
    await clickSecond(page, confirm);
    assert.equal(await confirm.getAttribute("aria-disabled"), "false", "a double click on what asks does not answer too");
    await confirm.dblclick();
    await until(async () => (await engine.show(id)).status === "sent", "all letters to leave");
    await page.getByRole("tab", { name: "Finished" }).click();
    await card(page, id).getByText("120 accepted").waitFor();
    clean(page);
    await page.context().close();
  });

  test("cancel says what will never be sent, and can be given by keyboard alone", async () => {
    const id = await engine.campaign(500, { name: "Not like this", plan: soon });
    const page = await open(browser, engine);
    await until(async () => (await engine.show(id)).counts.accepted === 40, "the first part to leave");
    await page.getByRole("searchbox").fill("Not like");
    await until(async () => (await page.locator(".card").count()) === 1, "the search to find one");
    await page.keyboard.press("Tab");
    for (let presses = 0; presses < 20; ++presses) {
      if (await page.evaluate(() => document.activeElement?.getAttribute("aria-haspopup") === "menu")) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await focusOn(page, "Details");
    await page.keyboard.press("End");
    await focusOn(page, "Cancel");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("460 letters will never be sent; this cannot be undone").waitFor();
    await focusOn(page, "Keep as it is");
    await shoot(page, "cancel-asks");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal((await engine.show(id)).status, "sending");
    // The focus is back where it was, so the same keys ask again.
    await until(
      () => page.evaluate(() => document.activeElement?.getAttribute("aria-haspopup") === "menu"),
      "the focus to be back on the menu's button",
      5,
    );
    await page.keyboard.press("Enter");
    await focusOn(page, "Details");
    await page.keyboard.press("End");
    await focusOn(page, "Cancel");
    await page.keyboard.press("Enter");
    await focusOn(page, "Keep as it is");
    await page.keyboard.press("Tab");
    await focusOn(page, "Cancel the campaign");
    await page.keyboard.press("Enter");
    await until(async () => (await engine.show(id)).status === "cancelled", "the campaign to be cancelled");
    clean(page);
    await page.context().close();
  });

  test("a refused command shows the engine's reason", async () => {
    const id = await engine.campaign(300, { name: "Gone meanwhile", plan: soon });
    const page = await open(browser, engine);
    await card(page, id).waitFor();
    await page.route("**/v1/campaigns/*/pause", async (route) => {
      await engine.http("POST", `/v1/campaigns/${id}/cancel`);
      await route.continue();
    });
    await card(page, id).getByRole("button", { name: "Pause" }).click();
    await page.getByRole("alert").getByText(/Gone meanwhile. Pause was refused: .*cancelled/).waitFor();
    await shoot(page, "refused");
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("alert").getByRole("button", { name: "Close" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.context().close();
  });

  test("several are paused together, each with a key of its own", async () => {
    const ids = [];
    for (const name of ["One of three", "Two of three", "Three of three"])
      ids.push(await engine.campaign(100, { name, plan: soon }));
    const page = await open(browser, engine);
    const keys = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/pause")) keys.push(request.headers()["idempotency-key"]);
    });
    await page.getByRole("searchbox").fill("of three");
    await until(async () => (await page.locator(".card").count()) === 3, "the search to find three");
    await page.getByLabel("Select all shown").check();
    await shoot(page, "several");
    await page.getByRole("group", { name: "3 selected" }).getByRole("button", { name: "Pause" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause: 3 campaigns" }).click();
    for (const id of ids) await until(async () => (await engine.show(id)).status === "paused", `${id} to be paused`);
    assert.equal(new Set(keys).size, 3);
    clean(page);
    await page.context().close();
  });
});

describe("the list", () => {
  test("a hostile name is words and nothing else", async () => {
    const name = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202Eevil ${"W".repeat(120)}`;
    const id = await engine.campaign(50, { name, plan: soon });
    const page = await open(browser, engine, { width: 360, height: 740 });
    assert.equal((await card(page, id).locator("h2").textContent()), name);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing overflows");
    await card(page, id).getByRole("button", { name: /More commands/ }).click();
    await page.getByRole("menuitem", { name: "Details" }).click();
    await page.getByRole("dialog").waitFor();
    await shoot(page, "hostile-phone");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
    clean(page);
    await page.context().close();
  });

  test("while the list is on its way no number of it is told, and a phone's head has one row as afterwards", async () => {
    const page = await open(browser, engine, { token: "", locale: "ru-RU", width: 360, height: 740 });
    let letStreamGo;
    const isLetGo = new Promise((resolve) => (letStreamGo = resolve));
    await page.route("**/v1/stream?form=brief*", async (route) => {
      await isLetGo;
      await route.continue();
    });
    await page.getByLabel("Токен").fill(engine.token);
    await page.keyboard.press("Enter");
    await page.getByText("Подключаемся…").waitFor({ state: "attached" });
    const headHeight = async () => (await page.locator(".frame-head").boundingBox()).height;
    const heightBefore = await headHeight();
    assert.equal((await page.locator(".list-count").textContent()).trim(), "");
    letStreamGo();
    await page.locator('.connection[data-state="live"]').waitFor();
    assert.equal(await headHeight(), heightBefore);
    assert.match(await page.locator(".list-count").textContent(), /^\d+ выпуск/);
    clean(page);
    await page.context().close();
  });

  test("a lost connection is told, and what happened meanwhile is caught up with", async () => {
    const id = await engine.campaign(100, { name: "While you were away", plan: soon });
    const draft = await engine.campaign(10, { name: "Thrown away", draft: true });
    const page = await open(browser, engine);
    await card(page, id).getByRole("button", { name: "Pause" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await engine.call("stop");
    await page.getByText(/Connection lost since \d\d:\d\d:\d\d/).waitFor();
    await shoot(page, "lost");
    await engine.call("restart");
    await engine.http("POST", `/v1/campaigns/${id}/pause`);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 30_000 });
    await card(page, id).getByRole("button", { name: /Resume/ }).waitFor();
    await page.getByRole("tab", { name: "Drafts" }).click();
    await card(page, draft).waitFor();
    await engine.http("DELETE", `/v1/campaigns/${draft}`).catch(() => {});
    await card(page, draft).waitFor({ state: "detached" });
    await shoot(page, "drafts-empty");
    await page.context().close();
  });

  test("it speaks Russian where the browser does, and English by hand", async () => {
    const at = "2036-12-01T09:00:00Z";
    const plan = { start_at: at, parts: { size: 200, every: "30m", growth: 0 } };
    const id = await engine.campaign(2000, { name: "Новогодний выпуск", plan });
    const page = await open(browser, engine, { locale: "ru-RU" });
    await card(page, id).getByText("1 дек. 2036 09:00 по 200 писем раз в 30 мин.").waitFor();
    await page.getByRole("tab", { name: "Исходящие" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "ru");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "outgoing-russian");
    await page.getByRole("button", { name: "Настройки" }).click();
    await page.getByLabel("Язык").selectOption("en");
    await shoot(page, "settings");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await card(page, id).getByText("1 Dec 2036 09:00, 200 letters every 30 min").waitFor();
    await page.reload();
    await page.getByRole("tab", { name: "Outgoing" }).waitFor();
    clean(page);
    await page.context().close();
  });

  for (const [name, options] of Object.entries({
    "outgoing-light": {},
    "outgoing-dark": { dark: true },
    "outgoing-phone": { width: 360, height: 740 },
    "outgoing-phone-dark-russian": { width: 360, height: 740, dark: true, locale: "ru-RU" },
  }))
    test(`axe-core finds no serious fault: ${name}`, async () => {
      const page = await open(browser, engine, options);
      await page.locator(".card").first().waitFor();
      await shoot(page, name);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing overflows");
      assert.deepEqual(await axeFaults(page), []);
      clean(page);
      await page.context().close();
    });
});

test("the first view is less than 250 kB on the wire", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const assets = new Set();
  let bytes = 0;
  devtools.on("Network.responseReceived", ({ requestId, response }) => {
    if (!new URL(response.url).pathname.startsWith("/v1/")) assets.add(requestId);
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (assets.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(`${engine.url}/#token=${engine.token}`);
  await page.getByText("Live", { exact: true }).waitFor();
  assert.ok(bytes > 50_000 && bytes < 250_000, `${bytes} bytes`);
  console.log(`first view: ${bytes} bytes`);
  await context.close();
});

test("a list fills a window of any height without being scrolled", async () => {
  for (let at = 0; at < 40; ++at) await engine.campaign(10, { draft: true, name: `Draft ${at}` });
  const page = await open(browser, engine, { height: 3000 });
  await page.goto(`${engine.url}/#/drafts`);
  const lastEndsAt = () => page.evaluate(() => [...document.querySelectorAll(".card")].at(-1)?.getBoundingClientRect().bottom);
  await until(async () => (await lastEndsAt()) > 3000, "cards down to the window's end");
  await page.context().close();
});

test("the page's files are served with rules, kept by name, and no other", async () => {
  const index = await fetch(engine.url + "/");
  assert.match(index.headers.get("content-security-policy"), /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.equal(index.headers.get("cache-control"), "no-cache");
  const text = await index.text();
  assert.doesNotMatch(text, /<script>|<style|style=/);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(text)[1];
  const asset = await fetch(engine.url + script);
  assert.match(asset.headers.get("cache-control"), /immutable/);
  assert.equal(asset.headers.get("content-encoding"), "gzip");
  const again = await fetch(engine.url + script, { headers: { "If-None-Match": asset.headers.get("etag") } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(engine.url + "/assets/../../etc/passwd")).status, 404);
});
