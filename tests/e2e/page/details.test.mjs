// The details of a campaign: its facts and message, the server's answers, the letters, its progress, its log.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, launch, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";

let browser;
let engine;
let id;

const html = `<style>h1 { color: rgb(200, 0, 0) }</style><h1>Dear {{name}}</h1>
<img src="https://tracker.example/pixel.png"><script>parent.parent.hit = 1</script>
<iframe src="https://tracker.example/frame"></iframe><link rel="stylesheet" href="https://tracker.example/style.css">
<meta http-equiv="refresh" content="0;url=https://tracker.example/away">
<form action="https://tracker.example/form"><input autofocus onfocus="parent.parent.hit = 1"></form>
<a href="https://tracker.example/link" target="_top">a link of HTML</a>
<svg width="300" height="20"><a xlink:href="https://tracker.example/svg"><text y="15">a link of a picture</text></a></svg>
<svg width="300" height="20"><a><animate attributeName="href" values="https://tracker.example/animated" /><text y="15">a link that comes into being</text></a></svg>
<p><span><template shadowrootmode="open"><a href="https://tracker.example/shadow">a link in a shadow</a></template>a link in a shadow</span></p>
<iframe srcdoc="<a href='https://tracker.example/within'>within</a>"></iframe>
<div style="position:fixed;inset:-2000px;background:red;z-index:9;pointer-events:none"></div>`;
const subject = `"><script>window.hit=1</script>\u202E{{name}} ${"S".repeat(150)}`;

before(async () => {
  browser = await launch();
  engine = await Engine.start({ delay: 0.01 });
  const rows = "email,name\n" + Array.from({ length: 60 }, (_, at) => `${at % 10 ? "r" : "no"}${at}@d.example,Reader ${at}\n`).join("");
  const audience = (await engine.http("POST", "/v1/audiences?name=readers", rows)).id;
  const plan = { start_at: "now", parts: { size: 20, every: "1s", growth: 0 } };
  id = await engine.call("create", { audience, name: "Autumn letter", subject, html, plan });
  await engine.http("POST", `/v1/campaigns/${id}/start`);
  await until(async () => (await engine.show(id)).counts.accepted === 18, "the first part to leave");
  await engine.http("POST", `/v1/campaigns/${id}/pause`, { reason: "a look at the numbers" });
  await until(async () => (await engine.show(id)).counts.due === 60, "the other parts to fall due");
  await engine.http("POST", `/v1/campaigns/${id}/resume`);
  await until(async () => (await engine.show(id)).status === "sent", "all letters to leave");
});
after(async () => {
  await browser?.close();
  await engine?.end();
});

const at = (page, tab) => page.evaluate((to) => (location.hash = to), `/finished/${id}/${tab}`);
const dialog = (page) => page.getByRole("dialog");
const panel = (page) => page.locator('.details-tab[data-state="active"]');
const fits = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector(".dialog-body").scrollWidth <= document.querySelector(".dialog-body").clientWidth);
const tabs = { details: "Details", response: "Server response", letters: "Letters", progress: "Progress", log: "Log" };

async function opened(tab, options = {}) {
  const page = await open(browser, engine, options);
  await at(page, tab);
  await panel(page).waitFor();
  return page;
}

describe("the details of a campaign", () => {
  test("open from its card, say what there is to know, and close to where they were opened", async () => {
    const page = await open(browser, engine);
    await page.getByRole("tab", { name: "Finished" }).click();
    const card = page.locator(`[data-campaign="${id}"]`);
    await card.getByRole("button", { name: /More commands/ }).click();
    await page.getByRole("menuitem", { name: "Details" }).click();
    const facts = panel(page).locator(".detail-facts");
    await facts.getByText("20 letters every second").waitFor();
    assert.deepEqual(await facts.locator("dt").allTextContents(), [
      "Job number", "Put in", "Changed", "Campaign", "Sender", "Reply to", "Audience", "Subject", "Plan", "A letter in doubt",
    ]);
    await facts.getByText("readers · 60 recipients").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).hash, "#/finished");
    // The browser says what the message may not do; of the page itself it says nothing.
    assert.deepEqual(page.complaints.filter((one) => !/tracker\.example|srcdoc|sandbox|inline event handler/.test(one)), []);
    await page.context().close();
  });

  test("the message is shown for any recipient, as HTML, text and source; a hostile one does nothing", async () => {
    const page = await opened("details");
    const outside = [];
    page.on("requestfinished", (request) => {
      if (!request.url().startsWith(engine.url)) outside.push(request.url());
    });
    const inner = page.frameLocator(".message-frame").frameLocator("iframe");
    await inner.getByText("Dear Reader 0").waitFor();
    assert.equal(await inner.locator("h1").evaluate((one) => getComputedStyle(one).color), "rgb(200, 0, 0)", "its styles hold");
    await panel(page).getByRole("button", { name: "Next recipient" }).click();
    await inner.getByText("Dear Reader 1", { exact: true }).waitFor();
    await inner.getByText("a link of HTML").evaluate((one) => one.click());
    await shoot(page, "details-message");
    await panel(page).getByRole("spinbutton").fill("8");
    await inner.getByText("Dear Reader 7").waitFor();
    const search = panel(page).getByRole("combobox", { name: "Find a recipient" });
    await search.fill("nobody at all");
    await panel(page).getByText("No address has this in it").waitFor();
    await search.fill("no50");
    await page.keyboard.press("Enter");
    await inner.getByText("Dear Reader 50").waitFor();
    assert.equal(await panel(page).getByRole("spinbutton").inputValue(), "51");
    await search.fill("r7@d.example");
    await inner.getByText("Dear Reader 7", { exact: true }).waitFor();
    await panel(page).getByRole("tab", { name: "Text" }).click();
    await panel(page).getByText("Dear Reader 7, everything is cheaper.").waitFor();
    await panel(page).getByRole("tab", { name: "Source" }).click();
    await panel(page).getByText("Content-Type: multipart/alternative;").waitFor();
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.deepEqual(outside, [], "nothing was fetched from elsewhere");
    assert.equal(new URL(page.url()).host, new URL(engine.url).host);
    assert.equal(await fits(page), true, "nothing overflows");
    await page.context().close();
  });

  test("no click on a message's link opens anything, however the link is made", async () => {
    const page = await opened("details");
    const inner = page.frameLocator(".message-frame").frameLocator("iframe");
    await inner.getByText("Dear Reader 0").waitFor();
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    for (const name of ["of HTML", "of a picture", "that comes into being", "in a shadow"])
      for (const how of [{ button: "middle" }, { modifiers: ["Control"] }, { modifiers: ["Shift"] }, {}])
        await inner.getByText(`a link ${name}`).click({ ...how, force: true });
    assert.equal(await inner.getByText("a link of HTML").getAttribute("title"), "https://tracker.example/link", "it says where it leads");
    assert.equal(await inner.locator("iframe[srcdoc]").count(), 0, "there is no document within the document");
    // What a click of before had opened would be there by the time that this is answered.
    const last = await page.context().newPage();
    await last.goto(`${engine.url}/healthz`);
    assert.equal(page.context().pages().length, 2, "nothing was opened");
    assert.deepEqual(asked.filter((one) => one.includes("tracker.example")), []);
    await page.context().close();
  });

  test("the server's answers stand together, with the record as JSON", async () => {
    const page = await opened("response");
    const row = panel(page).getByRole("row", { name: /550 5\.1\.1/ });
    await row.getByText("nobody here").waitFor();
    assert.match(await row.textContent(), /6.*no\d?0@d\.example/, "any of the first: they left side by side");
    const taken = panel(page).getByRole("row", { name: /250 2\.0\.0/ });
    await taken.getByRole("cell", { name: "54", exact: true }).waitFor();
    await panel(page).getByText("The raw record").click();
    const raw = JSON.parse(await panel(page).locator("pre").textContent());
    assert.deepEqual(raw.map((one) => [one.code, one.count]).sort(), [[250, 54], [550, 6]]);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await panel(page).getByRole("button", { name: "Copy" }).click();
    await panel(page).getByRole("button", { name: "Copied" }).waitFor();
    assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), raw);
    await shoot(page, "details-response");
    await page.context().close();
  });

  test("a letter is found by a part of its address or by its outcome, and tells its story", async () => {
    const page = await opened("letters");
    const rows = panel(page).locator("tbody tr");
    await until(async () => (await rows.count()) === 50, "the first fifty");
    await panel(page).getByRole("button", { name: "Show more" }).click();
    await until(async () => (await rows.count()) === 60, "all of them");
    await panel(page).getByLabel("Outcome").selectOption("refused");
    await until(async () => (await rows.count()) === 6, "the refused ones");
    await panel(page).getByLabel("Outcome").selectOption("");
    await panel(page).getByRole("searchbox").fill("no5");
    await until(async () => (await rows.count()) === 1, "the one that is looked for");
    await shoot(page, "details-letters");
    await panel(page).getByRole("button", { name: "no50@d.example" }).click();
    await panel(page).getByText("The story of the letter to no50@d.example").waitFor();
    await panel(page).getByText(/550 5\.1\.1 nobody here/).first().waitFor();
    await panel(page).getByText(/^It was refused on .*550 5\.1\.1 nobody here$/).waitFor();
    assert.match(await panel(page).locator(".timeline").textContent(), /handed to the sending server.*1 refused/s);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "details-story");
    await page.keyboard.press("Enter");
    await until(
      () => page.evaluate(() => document.activeElement?.textContent === "no50@d.example"),
      "the focus to be back on the letter",
      5,
    );
    assert.equal(await panel(page).getByRole("searchbox").inputValue(), "no5", "the search is kept");
    await panel(page).getByRole("searchbox").fill("nobody at all");
    await panel(page).getByText("No letter here fits").waitFor();
    await page.context().close();
  });

  test("a list is shown whole where the engine gives it in smaller pages", async () => {
    const page = await open(browser, engine);
    await page.route("**/letters?*", (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set("limit", String(Math.min(Number(url.searchParams.get("limit")), 20)));
      return route.continue({ url: url.href });
    });
    await at(page, "letters");
    const rows = panel(page).locator("tbody tr");
    await until(async () => (await rows.count()) > 0, "the letters");
    assert.ok((await rows.count()) >= 50);
    assert.equal(await rows.last().locator("td").first().textContent(), String(await rows.count()), "none is left out");
    await page.context().close();
  });

  test("why a letter has not gone is told in the page's language", async () => {
    const held = await engine.campaign(60, { name: "Held back", plan: { start_at: "now", parts: { size: 20, every: "1h", growth: 0 } } });
    await until(async () => (await engine.show(held)).counts.accepted === 20, "the first part to leave");
    await engine.http("POST", `/v1/campaigns/${held}/pause`, { reason: "ждём" });
    const page = await open(browser, engine, { locale: "ru-RU" });
    await page.evaluate((to) => (location.hash = to), `/outgoing/${held}/letters`);
    await panel(page).locator('[data-letter="30"]').click();
    await panel(page).getByText(/^Выпуск на паузе с .*, поставил local: ждём$/).waitFor();
    await panel(page).getByText(/^Срок его части: /).waitFor();
    await shoot(page, "details-why-russian");
    await page.context().close();
  });

  test("progress is drawn against the plan, with the pause; the same as a table", async () => {
    const page = await opened("progress");
    await panel(page).getByRole("img", { name: /Letters over time: 60 letters/ }).waitFor();
    assert.equal(await panel(page).locator("svg .pause").count(), 1);
    assert.equal(await panel(page).locator("svg .dot").count(), 3);
    await panel(page).locator("svg").hover({ position: { x: 200, y: 150 } });
    await panel(page).getByText(/due 20, left 20/).waitFor();
    await shoot(page, "details-progress");
    await panel(page).getByText("As a table").click();
    const last = panel(page).locator("tbody tr").last();
    assert.match(await last.textContent(), /6060$/);
    await panel(page).getByText(/^from .* to /).waitFor();
    await page.context().close();
  });

  test("the log says what happened, who did it, and what the record holds", async () => {
    const page = await opened("log");
    const entries = panel(page).locator(".timeline li");
    await panel(page).getByText("Every letter has its outcome").waitFor();
    assert.match(await entries.first().textContent(), /Every letter has its outcome/);
    assert.match(await panel(page).locator('[data-event="paused"]').textContent(), /Paused local.*a look at the numbers/);
    const batches = panel(page).locator('[data-event="batches"]').first();
    assert.match(await batches.textContent(), /40 letters handed to the sending server · 36 accepted, 4 refused/);
    await batches.getByText(/^Events \d+ to \d+$/).click();
    await batches.locator('[data-event="claimed"]').first().waitFor();
    await panel(page).getByLabel("Newest first").uncheck();
    await until(async () => /The draft Autumn letter was made/.test(await entries.first().textContent()), "the oldest to be first");
    await entries.first().getByText("Event 1").click();
    const stored = JSON.parse(await entries.first().locator("pre").textContent());
    assert.equal(stored.t, "created");
    await shoot(page, "details-log");
    await page.context().close();
  });

  test("what happens while they are open is seen", async () => {
    const live = await engine.campaign(400, { name: "While you look", plan: { start_at: "now", parts: { size: 40, every: "1h", growth: 0 } } });
    const page = await open(browser, engine);
    await page.evaluate((to) => (location.hash = to), `/outgoing/${live}/log`);
    await panel(page).getByText("Sending began").waitFor();
    await engine.http("POST", `/v1/campaigns/${live}/pause`, { reason: "stop it" });
    await panel(page).locator("q", { hasText: "stop it" }).waitFor();
    await dialog(page).getByText("Paused").first().waitFor();
    await engine.http("POST", `/v1/campaigns/${live}/cancel`);
    await panel(page).getByText("Cancelled").waitFor();
    await page.context().close();
  });

  test("commands are given from there, and their refusals told there", async () => {
    const live = await engine.campaign(400, { name: "Steered", plan: { start_at: "now", parts: { size: 40, every: "1h", growth: 0 } } });
    await until(async () => (await engine.show(live)).counts.accepted === 40, "the first part to leave");
    const page = await open(browser, engine);
    await page.evaluate((to) => (location.hash = to), `/outgoing/${live}`);
    await dialog(page).getByRole("button", { name: "Pause" }).click();
    await panel(page).getByText(/drained: \d+ accepted, 0 in doubt/).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "details-paused");
    await page.setViewportSize({ width: 360, height: 740 });
    assert.equal(await fits(page), true, "nothing overflows on a phone");
    await shoot(page, "details-paused-phone");
    await page.setViewportSize({ width: 1200, height: 860 });
    await dialog(page).getByRole("button", { name: "Release whole" }).click();
    await page.getByText("360 letters leave now").waitFor();
    await until(() => page.evaluate(() => document.activeElement?.textContent === "Keep as it is"), "the focus on the harmless button", 5);
    await page.keyboard.press("Escape");
    await page.getByText("360 letters leave now").waitFor({ state: "detached" });
    await dialog(page).getByRole("tab", { name: "Log" }).waitFor();
    await page.route("**/resume", async (route) => {
      await engine.http("POST", `/v1/campaigns/${live}/cancel`);
      await route.continue();
    });
    await dialog(page).getByRole("button", { name: "Resume" }).click();
    const told = dialog(page).getByRole("alert");
    await told.getByText(/Steered. Resume was refused: .*cancelled/).waitFor();
    await shoot(page, "details-refused");
    await told.getByRole("button", { name: "Close" }).click();
    await told.waitFor({ state: "detached" });
    await until(
      async () => (await dialog(page).getByRole("button", { name: /Pause|Resume|Release|Cancel/ }).count()) === 0,
      "no command to be offered any more",
    );
    await page.context().close();
  });

  test("a fault is told, and tried again", async () => {
    const page = await open(browser, engine);
    await page.route("**/responses", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":"unavailable","detail":"the disk is away"}' }));
    await at(page, "response");
    await panel(page).getByRole("alert").getByText("the disk is away").waitFor();
    await page.unroute("**/responses");
    await panel(page).getByRole("button", { name: "Try again" }).click();
    await panel(page).getByRole("row", { name: /nobody here/ }).waitFor();
    await page.context().close();
  });

  test("every tab is reached by keyboard alone", async () => {
    const page = await opened("details");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
    await until(async () => (await focused()) === "Close", "the dialog to have the focus", 5);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Copy…");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Details");
    for (const [tab, name] of Object.entries(tabs).slice(1)) {
      await page.keyboard.press("ArrowRight");
      await until(async () => (await focused()) === name, `the focus on ${name}`, 5);
      await page.keyboard.press("Enter");
      await dialog(page).getByRole("tab", { name, selected: true }).waitFor();
      assert.equal(new URL(page.url()).hash, `#/finished/${id}/${tab}`);
    }
    await page.reload();
    await dialog(page).getByRole("tab", { name: "Log", selected: true }).waitFor();
    await page.context().close();
  });

  for (const [name, options] of Object.entries({
    light: {},
    "phone-dark-russian": { width: 360, height: 740, dark: true, locale: "ru-RU" },
  }))
    test(`axe-core finds no serious fault and nothing overflows on any tab: ${name}`, async () => {
      const page = await opened("details", options);
      for (const tab of Object.keys(tabs)) {
        await at(page, tab);
        await until(async () => (await panel(page).count()) === 1 && !/Reading…|Читаем…/.test(await panel(page).textContent()), `the tab ${tab}`);
        assert.equal(await fits(page), true, `${tab} fits`);
        assert.deepEqual(await axeFaults(page), [], tab);
        await shoot(page, `details-${tab}-${name}`);
      }
      assert.equal(await page.evaluate(() => window.hit), undefined);
      await page.context().close();
    });
});
