// A new campaign, from a dropped file to letters in the sink, against the real engine and a real SMTP server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, clickSecond, open, shoot, until } from "./browser.mjs";
import {
  at,
  begin,
  browser,
  clean,
  cleanButForAnswers,
  csv,
  draftAt,
  drop,
  end,
  engine,
  field,
  file,
  idOf,
  message,
  next,
  acceptLeftOut,
  overflowing,
  saving,
  step,
  upload,
  wholeCsv,
  write,
} from "./new_campaign.mjs";

before(begin);
after(end);

describe("the whole way", () => {
  test("a dropped CSV with faulty rows becomes personalised letters, one to each", async () => {
    const before = await engine.call("letters");
    const page = await open(browser, engine);
    await page.getByRole("link", { name: "New campaign" }).click();
    await drop(page, "autumn readers.csv", csv);
    assert.equal(await field(page, "Name of the audience").inputValue(), "autumn readers");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-file");
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.locator(".left-out summary").getByText("3 rows left out").waitFor();
    const leftOut = await page.locator(".left-out > ul > li").allTextContents();
    assert.equal(leftOut.length, 3);
    for (const [why, line] of [["address", 4], ["repeated address", 5], ["no address", 6]])
      assert.ok(leftOut.some((one) => new RegExp(`^1 .*${why}.*line ${line}`).test(one)), `${leftOut} tells of line ${line}`);
    await page.getByRole("cell", { name: "Aix; en Provence" }).waitFor();
    assert.deepEqual(await page.getByRole("columnheader").allTextContents(), ["№", "email", "name", "city"]);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-audience", true);
    await next(page);
    await write(page, message);
    await page.locator(".letter-subject").getByText("Ann, everything is 20% off").waitFor();
    await acceptLeftOut(page);
    await saving(page, "saved");
    assert.match(page.url(), /#\/new\/c\d+$/);
    const id = idOf(page);
    await page.getByRole("button", { name: "Next recipient" }).click();
    await page.locator(".letter-subject").getByText("Bob, everything is 20% off").waitFor();
    const inner = page.frameLocator("iframe.message-frame").frameLocator("iframe");
    await inner.getByText("Dear Bob of Aix; en Provence").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-message");
    await next(page);
    await page.getByText("3 letters, all at once").waitFor();
    assert.equal(await page.getByLabel("Sending server").count(), 0, "there is but one");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-plan-now");
    await next(page);
    await page.getByText("Nothing to object to").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-check");
    await next(page);
    await page.getByText("3 letters, all of them at once.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-start");
    await page.getByRole("button", { name: "Start the campaign" }).click();
    await page.getByRole("dialog").getByText("3 letters, all of them at once.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-start-asks");
    await page.getByRole("button", { name: "Start 3 letters" }).dblclick();
    await until(() => new URL(page.url()).hash === "#/outgoing", "the way to Outgoing");
    await until(async () => (await engine.show(id)).status === "sent", "the letters to leave");
    const taken = await engine.call("taken", { since: before });
    assert.deepEqual(
      taken.map((one) => [one.recipient, /^Subject: (.*)\r$/m.exec(one.message)[1]]).sort(),
      [
        ["ann@one.example", "Ann, everything is 20% off"],
        ["bob@two.example", "Bob, everything is 20% off"],
        ["cyd@three.example", "Cyd, everything is 20% off"],
      ],
    );
    for (const one of taken) assert.match(one.message, /Dear <b>(Ann|Bob|Cyd)<\/b> of (Oslo|Aix; en Provence|Ulm)/);
    const log = await engine.http("GET", `/v1/campaigns/${id}/log?limit=1000`);
    assert.equal(log.items.filter((one) => one.t === "submitted").length, 1, "a double click starts once");
    clean(page);
    await page.context().close();
  });

  test("by keyboard alone, to the card in Outgoing", async () => {
    const page = await at("outgoing");
    await page.getByRole("link", { name: "New campaign" }).focus();
    await page.keyboard.press("Enter");
    await until(() => page.evaluate(() => document.activeElement?.id === "wizard-title"), "the focus on the title", 5);
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    /** Tab until the focus is on what says so. */
    const reach = async (name) => {
      for (let presses = 0; presses < 60; ++presses) {
        const said = await page.evaluate(() => {
          const on = document.activeElement;
          return [on?.getAttribute("aria-label"), on?.labels?.[0]?.textContent, on?.textContent].filter(Boolean);
        });
        if (said.includes(name)) return;
        await press("Tab");
      }
      assert.fail(`the focus does not come to ${name}`);
    };
    await page.locator('input[type="file"]').setInputFiles(file(wholeCsv, "by keyboard.csv"));
    await until(() => page.evaluate(() => document.activeElement?.value === "by keyboard"), "the focus on the name", 5);
    await press("Enter");
    await until(() => page.evaluate(() => document.activeElement?.className === "audience-facts"), "the focus to go on", 5);
    await reach("Next");
    await press("Enter");
    await until(() => page.evaluate(() => document.activeElement?.id === "wizard-title"), "the focus on the title", 5);
    for (const [label, value] of [
      ["Name of the campaign", "By keyboard"],
      ["Sender", "news@shop.example"],
      ["Subject", "Hello "],
    ]) {
      await reach(label);
      await page.keyboard.type(value);
    }
    await reach("name");
    await press("Enter");
    assert.equal(await field(page, "Subject").inputValue(), "Hello {{name}}");
    await reach("Text");
    await page.keyboard.type("Dear reader");
    await page.locator(".letter-subject").getByText("Hello Ann").waitFor();
    await saving(page, "saved");
    await reach("Next");
    await press("Enter");
    await page.getByText("3 letters, all at once").waitFor();
    await reach("All at once");
    await press("ArrowDown");
    await reach("Letters in a part");
    await press("Control+a");
    await page.keyboard.type("2");
    await page.getByText("3 letters in 2 parts").waitFor();
    await reach("Next");
    await press("Enter");
    await page.getByText("Nothing to object to").waitFor();
    await reach("Next");
    await press("Enter");
    await page.getByRole("button", { name: "Start the campaign" }).waitFor();
    await reach("Start the campaign");
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    await reach("Start 3 letters");
    const id = idOf(page);
    await press("Enter");
    await until(
      () => page.evaluate(() => document.activeElement?.getAttribute("data-campaign")).then((on) => on === id),
      "the focus on the card in Outgoing",
    );
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
    clean(page);
    await page.context().close();
  });
});

describe("the audience", () => {
  test("an upload shows its bytes and can be given up, and then nothing is left of it", async () => {
    const page = await at("new");
    const wire = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 };
    await wire.send("Network.emulateNetworkConditions", slow);
    const line = "someone-with-a-long-name@example.example,Someone\n";
    await page.locator('input[type="file"]').setInputFiles(file("email,name\n" + line.repeat(60_000), "big.csv"));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByText(/^[1-9][\d.]* kB of 2\.94 MB$/).waitFor();
    await shoot(page, "new-upload");
    await page.getByRole("button", { name: "Stop the upload" }).click();
    await page.getByRole("button", { name: "Upload", exact: true }).waitFor();
    const { items } = await engine.http("GET", "/v1/audiences");
    assert.equal(items.some((one) => one.name === "big"), false);
    clean(page);
    await page.context().close();
  });

  test("a file of no use is refused in the engine's words", async () => {
    const page = await at("new");
    await page.locator('input[type="file"]').setInputFiles(file("email,name,city\n,Ann,Oslo\n"));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByRole("alert").getByText(/no recipient could be taken/).waitFor();
    await shoot(page, "new-file-refused");
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("one that there is can be taken, and another put in its place", async () => {
    await engine.call("import", { count: 12, name: "twelve" });
    const page = await at("new");
    const chosen = page.getByLabel("Or an audience that you have");
    await chosen.selectOption({ index: 1 });
    await page.getByRole("button", { name: "Take this one" }).click();
    await page.locator(".audience-facts").getByText("twelve").waitFor();
    await page.reload();
    await page.getByRole("button", { name: /^Continue/ }).click();
    await page.locator(".audience-facts").getByText("twelve").waitFor();
    await page.getByRole("button", { name: "Choose another audience" }).click();
    await upload(page);
    await page.locator(".audience-facts").getByText("readers").waitFor();
    clean(page);
    await page.context().close();
  });
});

describe("the message", () => {
  test("faults are told beside their fields, with the template's line, and kept until they are mended", async () => {
    const { id, page } = await draftAt("To be mended", "Message");
    await field(page, "Text").fill("Dear {{name}},\n\nall is well {{#city}}");
    await page.locator(".field-text .field-fault").getByText(/line 3/).waitFor();
    await saving(page, "refused");
    await field(page, "Sender").fill("nobody");
    await page.locator(".field", { hasText: "Sender" }).locator(".field-fault").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-message-faults");
    const kept = await engine.show(id);
    assert.notEqual(kept.from, "nobody");
    await write(page, { Text: "Dear {{name}}", Sender: "Shop <shop@shop.example>" });
    await saving(page, "saved");
    await until(async () => (await engine.show(id)).from === "Shop <shop@shop.example>", "the draft to be mended");
    assert.equal(await page.locator(".field-fault").count(), 0);
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("a test copy goes to the addresses given, and what became of each is told", async () => {
    const before = await engine.call("letters");
    const { page } = await draftAt("Looked at first", "Message");
    await page.getByLabel("To these addresses").fill("boss@shop.example, nobody@shop.example");
    const send = page.getByRole("button", { name: "Send a test copy" });
    await send.dblclick();
    await page.locator('[data-outcome="accepted"]').getByText("boss@shop.example").waitFor();
    await page.locator('[data-outcome="refused"]').getByText("550 nobody here").waitFor();
    await clickSecond(page, send);
    assert.equal(await page.locator("[data-outcome]").count(), 2, "nothing is sent again");
    await shoot(page, "new-test-copy");
    const taken = await engine.call("taken", { since: before });
    assert.deepEqual(taken.map((one) => one.recipient), ["boss@shop.example"]);
    assert.match(taken[0].message, /^Subject: \[Test\] /m);
    await page.getByLabel("To these addresses").fill("no address");
    await send.click();
    await page.locator(".test-copy .field-fault").waitFor();
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("a hostile file name, name, subject and HTML do nothing but show", async () => {
    const bad = `<img src=x onerror="globalThis.harmed=1">`;
    const page = await at("new", { width: 360, height: 740 });
    await upload(page, file(`email,"${bad.replaceAll('"', '""')}"\na@b.example,"${"W".repeat(300)}"\n`, `${bad.replaceAll("/", "")}${"x".repeat(150)}.csv`));
    assert.ok((await overflowing(page)) <= 0, "the audience overflows");
    await next(page);
    await write(page, {
      "Name of the campaign": `${bad}${"n".repeat(120)}`,
      Sender: "Shop <news@shop.example>",
      Subject: `${bad}</title><script>globalThis.harmed=1</script>${"s".repeat(300)}`,
      HTML: `<script>parent.parent.harmed=1</script>${bad}<style>body{position:fixed;inset:-999px}</style><p>still here</p>`,
      Text: bad,
    });
    const inner = page.frameLocator("iframe.message-frame").frameLocator("iframe");
    await inner.getByText("still here").waitFor({ state: "attached" });
    await saving(page, "saved");
    for (const name of ["Message", "Plan", "Check", "Start"]) {
      await step(page, name).click();
      await page.locator(".wizard-step > :nth-child(2)").first().waitFor();
      assert.ok((await overflowing(page)) <= 0, `${name} overflows`);
    }
    await page.getByRole("button", { name: "Start the campaign" }).click();
    await page.getByRole("dialog").waitFor();
    await shoot(page, "new-hostile");
    assert.equal(await page.evaluate(() => globalThis.harmed), undefined);
    // The browser tells that the message's script and picture were blocked; it has nothing else to say.
    assert.deepEqual(page.complaints.filter((one) => !/Content Security Policy|sandboxed/.test(one)), []);
    await page.context().close();
  });
});

describe("the plan", () => {
  test("growth shows as a curve and a table, the same as the engine keeps", async () => {
    const { id, page } = await draftAt("Growing", "Plan", { count: 12_400 });
    await page.getByLabel("At a time").check();
    await field(page, "Day and time").fill("2099-12-01T09:00");
    await page.getByText("1 Dec 2099 09:00, UTC.").waitFor();
    await page.getByLabel("In parts").check();
    await write(page, { "Letters in a part": "200", "A part every": "12", "Growth, % a day": "50" });
    await page.getByLabel("Unit").selectOption("h");
    await page.getByText("12,400 letters in 14 parts: the first 1 Dec 2099 09:00, the last 7 Dec 2099 21:00.").waitFor();
    const rows = await page.locator(".plan-table tbody tr").allTextContents();
    assert.equal(rows.length, 14);
    assert.match(rows[0], /^11 Dec 2099 09:00200200$/);
    assert.match(rows[2], /^32 Dec 2099 09:00300700$/);
    await saving(page, "saved");
    const plan = await engine.http("GET", `/v1/campaigns/${id}/plan`);
    assert.equal(plan.items.length, 14);
    const drawn = await page.locator(".step-chart .line").getAttribute("d");
    assert.equal(drawn.match(/V/g).length, 14, "a step for each part");
    assert.deepEqual((await engine.show(id)).plan.parts, { size: 200, every: "12h", growth: 50 });
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-plan-growth");
    clean(page);
    await page.context().close();
  });

  test("a plan of very many parts is drawn whole, and its table says how much of it it shows", async () => {
    const { page } = await draftAt("Drop by drop", "Plan", {
      count: 12_400,
      campaign: { plan: { start_at: "2099-12-01T09:00:00Z", parts: { size: 1, every: "1m" } } },
    });
    await page.getByText("12,400 letters in 12,400 parts: the first 1 Dec 2099 09:00, the last 9 Dec 2099 23:39.").waitFor();
    await page.getByText("100 of 12,400 parts").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("400 of 12,400 parts").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("1,600 of 12,400 parts").waitFor();
    clean(page);
    await page.context().close();
  });

  test("wrong input is told beside its field, and nothing of it reaches the draft", async () => {
    const { id, page } = await draftAt("Not so", "Plan");
    await page.getByLabel("In parts").check();
    await saving(page, "saved");
    for (const [label, value] of [
      ["Letters in a part", "0"],
      ["Letters in a part", "many"],
      ["A part every", "-1"],
      ["A part every", "366"],
      ["Growth, % a day", "1001"],
      ["Growth, % a day", "1.5"],
    ]) {
      const before = await field(page, label).inputValue();
      await field(page, label).fill(value);
      await page.locator(".field", { has: field(page, label) }).locator(".field-fault").waitFor();
      assert.equal(await field(page, label).getAttribute("aria-invalid"), "true");
      await saving(page, "local");
      if (value === "1.5") await shoot(page, "new-plan-wrong");
      await field(page, label).fill(before);
      await until(async () => (await page.locator(".field-fault").count()) === 0, "the fault to go");
    }
    await saving(page, "saved");
    assert.deepEqual((await engine.show(id)).plan, { parts: { size: 1000, every: "24h", growth: 0 } });
    await page.getByLabel("At a time").check();
    await page.getByText("Choose a day and a time.").waitFor();
    await field(page, "Day and time").fill("2001-01-01T00:00");
    await page.getByText("That is past").waitFor();
    clean(page);
    await page.context().close();
  });
});
