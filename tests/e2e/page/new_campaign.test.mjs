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
const saved = (page) => page.locator('.saving[data-state="saved"]').waitFor();

async function write(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

const message = {
  "Name of the campaign": "Autumn sale",
  Sender: "Shop <news@shop.example>",
  Subject: "{{name}}, everything is 20% off",
  HTML: "<p>Dear <b>{{name}}</b> of {{city}}</p>",
  Text: "Dear {{name}} of {{city}}",
  "Unsubscribe address": "https://shop.example/u",
};

describe("the whole way", () => {
  test("a dropped CSV with faulty rows becomes personalised letters, one to each", async () => {
    const before = await engine.call("letters");
    const page = await open(browser, engine);
    await page.getByRole("link", { name: "New campaign" }).click();
    await drop(page, "autumn readers.csv", csv);
    assert.equal(await page.getByLabel("Name of the audience").inputValue(), "autumn readers");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-file");
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.getByText("3 rows left out").waitFor();
    await page.getByText("wrong address").waitFor();
    await page.getByText("line 4", { exact: false }).waitFor();
    await page.getByRole("cell", { name: "Aix; en Provence" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-audience", true);
    await page.getByRole("button", { name: "Next", exact: true }).click();
    await write(page, message);
    await page.locator(".letter-subject").getByText("Ann, everything is 20% off").waitFor();
    await saved(page);
    assert.match(page.url(), /#\/new\/c\d+$/);
    const id = page.url().split("/").at(-1);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-message", true);
    await page.getByRole("button", { name: "Next", exact: true }).click();
    await page.getByText("3 letters, all at once").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-plan-now", true);
    await page.getByRole("button", { name: "Next", exact: true }).click();
    await page.getByText("Nothing to object to").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-check", true);
    await page.getByRole("button", { name: "Next", exact: true }).click();
    await page.getByText("3 letters, all of them at once.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "new-start", true);
    await page.getByRole("button", { name: "Start the campaign" }).click();
    await page.getByRole("dialog").getByText("3 letters, all of them at once.").waitFor();
    await shoot(page, "new-start-asks");
    await page.getByRole("button", { name: "Start 3 letters" }).dblclick();
    await until(async () => new URL(page.url()).hash === "#/outgoing", "the way to Outgoing");
    await until(async () => (await engine.show(id)).status === "sent", "the letters to leave");
    assert.equal((await engine.call("letters")) - before, 3);
    clean(page);
    await page.context().close();
  });
});
