// What the tests of a new campaign have in common.
import assert from "node:assert/strict";
import { launch, open } from "./browser.mjs";
import { fakePreviews } from "./fake_lists.mjs";
import { Engine } from "./engine.mjs";

export let browser;
export let engine;

/** For each test file once, before and after its tests. */
export async function begin() {
  browser = await launch();
  engine = await Engine.start();
}
export async function end() {
  await browser?.close();
  await engine?.end();
}

export const clean = (page) => assert.deepEqual(page.complaints, [], "the browser complained");
/** Where the engine was away, or refused something. */
export const cleanButForAnswers = (page) => {
  page.complaints = page.complaints.filter((one) => !/Failed to load resource|ERR_/.test(one));
  clean(page);
};

/** As Excel writes it: a byte order mark, `;`, CRLF; some rows that are no good. */
export const csv =
  "\ufeffemail;name;city\r\n" +
  "ann@one.example;Ann;Oslo\r\n" +
  "bob@two.example;Bob;\"Aix; en Provence\"\r\n" +
  "no address;Nobody;Nowhere\r\n" +
  "ann@one.example;Ann again;Oslo\r\n" +
  ";Without;Rome\r\n" +
  "cyd@three.example;Cyd;Ulm\r\n";
/** The same three, and nobody else. */
export const wholeCsv = csv.replace(/^(no address|;Without|ann.*again).*\r\n/gm, "");

export async function drop(page, name, text) {
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

export const step = (page, name) => page.getByRole("navigation", { name: "Steps" }).getByRole("button", { name });
export const next = (page) => page.getByRole("button", { name: "Next", exact: true }).click();
export const saving = (page, state) => page.locator(`.saving[data-state="${state}"]`).waitFor();
/** Not the preview's tab panels, which have the same names. */
export const field = (page, label) => page.getByLabel(label, { exact: true }).and(page.locator("input, textarea, select"));
export const idOf = (page) => new URL(page.url()).hash.split("/").at(-1);

export async function write(page, fields) {
  for (const [label, value] of Object.entries(fields)) await field(page, label).fill(value);
}

/** The page at a place of ours, in a tab of its own or beside the others of a context. */
export async function at(place, { context, ...options } = {}) {
  const page = context ? await context.newPage() : await open(browser, engine, options);
  if (context) {
    page.setDefaultTimeout(8_000);
    page.complaints = [];
    if (!engine.knowsPreviews) await fakePreviews(page, engine);
    page.on("pageerror", (fault) => page.complaints.push(String(fault)));
    await page.goto(`${engine.url}/#token=${engine.token}`);
    await page.getByRole("tablist").waitFor();
  }
  await page.goto(`${engine.url}/#/${place}`);
  return page;
}

export const message = {
  "Name of the campaign": "Autumn sale",
  Sender: "Shop <news@shop.example>",
  Subject: "{{name}}, everything is 20% off",
  HTML: "<p>Dear <b>{{name}}</b> of {{city}}</p>",
  Text: "Dear {{name}} of {{city}}",
  "Unsubscribe address": "https://shop.example/u",
};
export const file = (text, name = "readers.csv") => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

export async function upload(page, one = file(wholeCsv)) {
  await page.locator('input[type="file"]').setInputFiles(one);
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await page.locator(".audience-facts").waitFor();
}

/** Half of `csv` is left out: an engine that asks is told that it is meant. */
export async function acceptLeftOut(page) {
  if (!engine.knowsPreviews) return;
  await page.getByRole("button", { name: "Use it nevertheless" }).click();
  page.complaints = page.complaints.filter((one) => !/409/.test(one));
}

/** A draft that is whole, opened at a step. */
export async function draftAt(name, stepName, fields = {}, options = {}) {
  const count = fields.count ?? 1000;
  const id = await engine.campaign(count, { draft: true, name, ...fields.campaign });
  const page = await at(`new/${id}`, options);
  await step(page, stepName).click();
  return { id, page };
}

/** Does it while the engine is killed, and starts it again. */
export async function withoutEngine(what) {
  await engine.call("kill");
  try {
    return await what();
  } finally {
    await engine.call("restart");
  }
}

/** What is wider than the window. */
export const overflowing = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
