// A new campaign, from a dropped file to letters in the sink, against the real engine and a real SMTP server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, launch, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";

let browser;
let engine;
before(async () => {
  browser = await launch();
  engine = await Engine.start();
});
after(async () => {
  await browser?.close();
  await engine?.end();
});

const clean = (page) => assert.deepEqual(page.complaints, [], "the browser complained");
/** Where the engine was away, or refused something. */
const cleanButForAnswers = (page) => {
  page.complaints = page.complaints.filter((one) => !/Failed to load resource|ERR_/.test(one));
  clean(page);
};

/** As Excel writes it: a byte order mark, `;`, CRLF; some rows that are no good. */
const csv =
  "\ufeffemail;name;city\r\n" +
  "ann@one.example;Ann;Oslo\r\n" +
  "bob@two.example;Bob;\"Aix; en Provence\"\r\n" +
  "no address;Nobody;Nowhere\r\n" +
  "ann@one.example;Ann again;Oslo\r\n" +
  ";Without;Rome\r\n" +
  "cyd@three.example;Cyd;Ulm\r\n";

async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName, { type: "text/csv" }));
      return data;
    },
    [name, text],
  );
  await page.locator(".drop-zone").dispatchEvent("drop", { dataTransfer: transfer });
}


const step = (page, name) => page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name });
const next = (page) => page.getByRole("button", { name: "Next", exact: true }).click();
const saving = (page, state) => page.locator(`.saving[data-state="${state}"]`).waitFor();
/** Not the preview's tab panels, which have the same names. */
const field = (page, label) => page.getByLabel(label, { exact: true }).and(page.locator("input, textarea, select"));
const idOf = (page) => new URL(page.url()).hash.split("/").at(-1);

async function write(page, fields) {
  for (const [label, value] of Object.entries(fields)) await field(page, label).fill(value);
}

/** The page at a place of ours, in a tab of its own or beside the others of a context. */
async function at(place, { context, ...options } = {}) {
  const page = context ? await context.newPage() : await open(browser, engine, options);
  if (context) {
    page.setDefaultTimeout(8_000);
    page.complaints = [];
    page.on("pageerror", (fault) => page.complaints.push(String(fault)));
    await page.goto(`${engine.url}/#token=${engine.token}`);
    await page.getByRole("tablist").waitFor();
  }
  await page.goto(`${engine.url}/#/${place}`);
  return page;
}

const message = {
  "Name of the campaign": "Autumn sale",
  Sender: "Shop <news@shop.example>",
  Subject: "{{name}}, everything is 20% off",
  HTML: "<p>Dear <b>{{name}}</b> of {{city}}</p>",
  Text: "Dear {{name}} of {{city}}",
  "Unsubscribe address": "https://shop.example/u",
};
const file = (text, name = "readers.csv") => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

async function upload(page, one = file(csv)) {
  await page.locator('input[type="file"]').setInputFiles(one);
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await page.locator(".audience-facts").waitFor();
}

/** A draft that is whole, opened at a step. */
async function draftAt(name, stepName, fields = {}, options = {}) {
  const count = fields.count ?? 1000;
  const id = await engine.campaign(count, { draft: true, name, ...fields.campaign });
  const page = await at(`new/${id}`, options);
  await step(page, stepName).click();
  return { id, page };
}

/** Does it while the engine is killed, and starts it again. */
async function withoutEngine(what) {
  await engine.call("kill");
  try {
    return await what();
  } finally {
    await engine.call("restart");
  }
}

/** What is wider than the window. */
const overflowing = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

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
    await page.getByText("3 rows left out").waitFor();
    assert.deepEqual(await page.locator(".left-out li").allTextContents(), [
      "1 no addressline 6",
      "1 repeated addressline 5",
      "1 wrong addressline 4",
    ]);
    await page.getByRole("cell", { name: "Aix; en Provence" }).waitFor();
    assert.deepEqual(await page.getByRole("columnheader").allTextContents(), ["email", "name", "city"]);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-audience", true);
    await next(page);
    await write(page, message);
    await page.locator(".letter-subject").getByText("Ann, everything is 20% off").waitFor();
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
    const page = await at("new");
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
    await page.locator('input[type="file"]').setInputFiles(file(csv, "by keyboard.csv"));
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
    await page.locator('input[type="file"]').setInputFiles(file("name,city\nAnn,Oslo\n"));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByRole("alert").getByText(/email/).waitFor();
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
    await page.getByRole("button", { name: "Send a test copy" }).dblclick();
    await page.locator('[data-outcome="accepted"]').getByText("boss@shop.example").waitFor();
    await page.locator('[data-outcome="refused"]').getByText("550 nobody here").waitFor();
    await shoot(page, "new-test-copy");
    const taken = await engine.call("taken", { since: before });
    assert.deepEqual(taken.map((one) => one.recipient), ["boss@shop.example"]);
    assert.match(taken[0].message, /^Subject: \[Test\] /m);
    await page.getByLabel("To these addresses").fill("no address");
    await page.getByRole("button", { name: "Send a test copy" }).click();
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
    await page.unroute("**/v1/campaigns");
    await page.reload();
    await page.getByRole("button", { name: "Continue “Once”" }).click();
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
    await page.getByText("Do not close this tab").waitFor();
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
      const rows = ["email,name", ...Array.from({ length: 20 }, (_, n) => `info@d${n}.example,Info`)].join("\n");
      const page = await open(browser, strict);
      await page.goto(`${strict.url}/#/new`);
      await upload(page, file(rows));
      await next(page);
      await write(page, { ...message, "Unsubscribe address": "" });
      await saving(page, "saved");
      await step(page, "Check").click();
      await page.getByText("It will go to moderation, for these reasons").waitFor();
      await page.getByText("campaign number 1 of shop.example").waitFor();
      await page.getByText("100.0% role addresses").waitFor();
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
