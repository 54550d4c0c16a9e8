// What a message has besides subject and bodies: preheader, names, headers of one's own, files, partials; what is warned of
// while it is written; and where all of it is seen afterwards.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, open, shoot, until } from "./browser.mjs";
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
  overflowing,
  saving,
  step,
  write,
} from "./new_campaign.mjs";

before(begin);
after(end);

const fields = {
  "Name in To": "{{name}}",
  Preheader: "For {{name}} alone",
  "Unsubscribe by mail (mailto)": "leave@shop.example",
};
const more = { "Name of the list": "Weekly", "Envelope sender": "back@shop.example" };
const stored = {
  to_name: "{{name}}",
  preheader: "For {{name}} alone",
  unsubscribe_mailto: "leave@shop.example",
  list: "Weekly",
  envelope_sender: "back@shop.example",
};
const openMore = (page) => page.locator(".message-more summary").click();
const picked = (told, wanted) => Object.fromEntries(Object.keys(wanted).map((name) => [name, told[name]]));
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
/** The engine has all that is typed. */
const savedAs = (id, check, what) => until(async () => check(await engine.show(id)), what);

describe("the fields of a message", () => {
  test("are saved, restored and copied", async () => {
    const { id, page } = await draftAt("All fields", "Message");
    await write(page, fields);
    await openMore(page);
    await write(page, more);
    await page.getByRole("button", { name: "Add a header" }).click();
    await until(
      () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Name of header 1"),
      "the focus on the header's name",
    );
    await page.keyboard.type("Feedback-ID");
    await page.keyboard.press("Tab");
    await page.keyboard.type("{{name}}:shop");
    await savedAs(id, (one) => one.headers?.["Feedback-ID"] === "{{name}}:shop" && one.list === "Weekly", "the fields to be saved");
    assert.deepEqual(picked(await engine.show(id), stored), stored);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "message-fields", true);
    const copy = await engine.http("POST", `/v1/campaigns/${id}/copy`, {});
    await page.goto(`${engine.url}/#/new/${copy.id}`);
    await step(page, "Message").click();
    assert.equal(await field(page, "Envelope sender").inputValue(), "back@shop.example", "the fold is open where it has something");
    assert.equal(await page.getByLabel("Value of header 1").inputValue(), "{{name}}:shop");
    for (const [label, value] of Object.entries(fields)) assert.equal(await field(page, label).inputValue(), value);
    await page.getByRole("button", { name: "Remove header Feedback-ID" }).click();
    await field(page, "Preheader").fill("");
    await savedAs(copy.id, (one) => !one.headers && !one.preheader, "the header and the preheader to be gone");
    assert.deepEqual((await engine.show(id)).headers, { "Feedback-ID": "{{name}}:shop" }, "the original is as it was");
    clean(page);
    await page.context().close();
  });

  test("a header that is not one's own is refused at its row", async () => {
    const { id, page } = await draftAt("Wrong header", "Message");
    await openMore(page);
    await page.getByRole("button", { name: "Add a header" }).click();
    await page.getByLabel("Name of header 1").fill("Message-ID");
    await page.getByLabel("Value of header 1").fill("x");
    await page.locator(".header-row").getByText("Sluice writes this header itself; leave it out").waitFor();
    assert.equal(await page.getByLabel("Name of header 1").getAttribute("aria-invalid"), "true");
    assert.deepEqual(await axeFaults(page), []);
    await page.getByLabel("Name of header 1").fill("X-Mark");
    await savedAs(id, (one) => one.headers?.["X-Mark"] === "x", "the header to be saved");
    await page.locator(".header-row .field-fault").waitFor({ state: "detached" });
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("the text part is made from the HTML, unless it is not to be", async () => {
    const { id, page } = await draftAt("Made text", "Message", { campaign: { html: "<p>Dear {{name}}</p>", text: "" } });
    const box = page.getByLabel("Make the text part from the HTML");
    assert.equal(await box.isChecked(), true);
    await page.locator(".message-preview").getByRole("tab", { name: "Text" }).click();
    await page.locator(".letter-text").getByText("Dear Recipient 0").waitFor();
    await box.uncheck();
    await savedAs(id, (one) => !one.text_from_html, "the switch to be saved");
    await page.locator(".draft-warnings li").waitFor();
    await field(page, "Text").fill("Written by hand");
    await box.waitFor({ state: "detached" });
    clean(page);
    await page.context().close();
  });
});

describe("warnings", () => {
  test("a tag that nearly names a column is put right by one button", async () => {
    const { id, page } = await draftAt("Typo", "Message", { campaign: { subject: "{{ Name }}, hello", text: "{{nothing_like_it}}" } });
    const warnings = page.locator(".draft-warnings li");
    await until(async () => (await warnings.count()) === 2, "two warnings of a draft that was taken up");
    assert.equal(await warnings.getByRole("button").count(), 1);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "message-warnings", true);
    await warnings.getByRole("button", { name: /^Use “name”/ }).click();
    assert.equal(await field(page, "Subject").inputValue(), "{{ name }}, hello");
    assert.equal(await page.evaluate(() => document.activeElement?.dataset.field), "subject");
    await until(async () => (await warnings.count()) === 1, "the warning to go");
    assert.equal((await engine.show(id)).subject, "{{ name }}, hello");
    clean(page);
    await page.context().close();
  });

  test("the check says why it would not start, and one can send nevertheless", async () => {
    const { id, page } = await draftAt("Blanks", "Check", { campaign: { text: "Dear {{nothing_like_it}}" } });
    await page.getByRole("alert").getByText("It would not be started").waitFor();
    await page.locator(".draft-warnings").getByText("the list has no such column").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "check-refused");
    await page.getByLabel("Send nevertheless, with blanks").check();
    await page.locator(".verdict").waitFor();
    await savedAs(id, (one) => one.allow_unknown_fields === true, "the switch to be saved");
    clean(page);
    await page.context().close();
  });

  test("letters that cannot be made are a table", async () => {
    const { page } = await draftAt("No link", "Check", { count: 3, campaign: { unsubscribe_url: "{{name}}" } });
    const rows = page.getByRole("region", { name: "Letters that cannot be made" }).locator("tbody tr");
    await rows.first().waitFor();
    assert.deepEqual(
      await rows.evaluateAll((all) => all.map((one) => [...one.cells].slice(0, 2).map((cell) => cell.textContent))),
      [["1", "r0@d0.example"], ["2", "r1@d1.example"], ["3", "r2@d2.example"]],
    );
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "check-faults");
    // The preview is refused before.
    cleanButForAnswers(page);
    await page.context().close();
  });
});

describe("attachments", () => {
  test("are uploaded at once, shown in the text or carried along, and removed", async () => {
    const { id, page } = await draftAt("With files", "Message", { campaign: { html: "<p>Dear {{name}}</p>" } });
    await page.locator('[data-choose="attachments"]').setInputFiles([
      { name: "price.txt", mimeType: "text/plain", buffer: Buffer.from("cheap") },
      { name: "Our logo.png", mimeType: "image/png", buffer: png },
    ]);
    const lines = page.locator(".attachments li");
    await until(async () => (await lines.locator(".switch").count()) === 1 && (await lines.count()) === 2, "both files");
    await lines.filter({ hasText: "price.txt" }).getByText("5 bytes").waitFor();
    await page.getByLabel("Show in the text").check();
    await field(page, "HTML").press("Control+End");
    await page.getByRole("button", { name: "Insert into the HTML" }).click();
    assert.match(await field(page, "HTML").inputValue(), /<img src="cid:our-logo" alt="">$/);
    await page.locator(".message-preview .letter-files").getByText("price.txt").waitFor();
    await page.locator(".message-preview .letter-files").getByText("in the text, cid:our-logo").waitFor();
    const picture = page.frameLocator(".message-frame").frameLocator("iframe").locator("img");
    await until(async () => /^data:image\/png;base64,iVBOR/.test(await picture.getAttribute("src")), "the picture to show");
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "message-attachments", true);
    await savedAs(id, (one) => one.attachments?.some((file) => file.content_id === "our-logo"), "the files to be saved");
    await page.getByRole("button", { name: "Remove price.txt" }).click();
    await savedAs(id, (one) => one.attachments?.length === 1, "one to be gone");
    assert.equal((await engine.show(id)).attachments[0].name, "Our logo.png");
    clean(page);
    await page.context().close();
  });

  test("each recipient's own comes from a column", async () => {
    const uploaded = await engine.http("POST", "/v1/attachments?name=ann.txt", "for Ann");
    const audience = (await engine.http("POST", "/v1/audiences?name=invoices", `email,invoice\nann@one.example,${uploaded.id}\nbob@two.example,\n`)).id;
    const id = await engine.call("create", { audience, name: "Invoices", subject: "Yours", text: "Hello" });
    const page = await at(`new/${id}`);
    await step(page, "Message").click();
    await page.getByLabel("Or each recipient’s own, from a column…").selectOption("invoice");
    await page.locator(".attachments li").getByText("each recipient’s own, from “invoice”").waitFor();
    await page.locator(".message-preview .letter-files").getByText("ann.txt").waitFor();
    await savedAs(id, (one) => one.attachments?.[0]?.column === "invoice", "the column to be saved");
    clean(page);
    await page.context().close();
  });
});

describe("partials", () => {
  test("are written, changed, looked back at, inserted and deleted", async () => {
    await engine.call("import", { count: 2, name: "for partials" });
    const page = await at("lists/partials");
    await page.getByText("No partials yet").waitFor();
    await page.getByRole("button", { name: "New partial…" }).click();
    await page.getByLabel("Name", { exact: true }).fill("foot er");
    await page.getByLabel("Content", { exact: true }).fill("<p>Yours, {{name}}</p>");
    await page.frameLocator(".message-frame").frameLocator("iframe").getByText("Yours, Recipient 0").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("is no name of a partial").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("footer");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "{{> footer}}" }).waitFor();
    assert.equal((await engine.http("GET", "/v1/partials/footer")).content, "<p>Yours, {{name}}</p>");
    await page.getByLabel("Content", { exact: true }).fill("<p>Bye, {{name}}</p>");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Version").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "partial-editor");
    await page.getByLabel("Version").selectOption("1");
    await until(async () => (await page.getByLabel("Content", { exact: true }).inputValue()).includes("Yours"), "the first version");
    await page.getByRole("button", { name: /Back to the partials/ }).click();
    await page.locator('[data-partial="footer"]').getByText("version 2").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "partials");

    const { id, page: draft } = await draftAt("With a footer", "Message", { campaign: { html: "<p>Hello</p>" } });
    await field(draft, "HTML").press("Control+End");
    await draft.getByRole("button", { name: "{{> footer}}" }).click();
    assert.equal(await field(draft, "HTML").inputValue(), "<p>Hello</p>{{> footer}}");
    await draft.frameLocator(".message-frame").frameLocator("iframe").getByText("Bye, Recipient 0").waitFor();
    await savedAs(id, (one) => one.partials?.[0]?.version === 2, "the campaign to have the second version");
    clean(draft);
    await draft.context().close();

    await page.getByRole("button", { name: "Delete footer" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No partials yet").waitFor();
    cleanButForAnswers(page);
    await page.context().close();
  });
});

describe("afterwards", () => {
  test("the details show what is set, and what is not they do not", async () => {
    const campaign = { ...stored, headers: { "X-Mark": "{{name}}", "Feedback-ID": "a:b" } };
    const id = await engine.campaign(2, { name: "To be looked at", ...campaign });
    await until(async () => (await engine.show(id)).status === "sent", "it to be sent");
    const page = await at(`finished/${id}/details`);
    const facts = page.getByRole("region", { name: "More about its letters" });
    await facts.waitFor();
    assert.deepEqual(await facts.locator("dt").allTextContents(), [
      "Name in To", "Preheader", "Unsubscribe by mail", "List", "Envelope sender", "Headers",
    ]);
    assert.equal(await facts.getByText("back@shop.example").count(), 1);
    await shoot(page, "details-letter-facts");
    const plain = await engine.campaign(2, { name: "Nothing special" });
    await until(async () => (await engine.show(plain)).status === "sent", "it to be sent");
    await page.goto(`${engine.url}/#/finished/${plain}/details`);
    await page.locator(".detail-facts").getByText("Nothing special").waitFor();
    assert.equal(await page.getByRole("region", { name: "More about its letters" }).count(), 0);
    await page.context().close();
  });

  test("in Russian, on a phone, in the dark: no fault and nothing too wide", async () => {
    await engine.http("PUT", "/v1/partials/sign", { content: "<p>Bye</p>" });
    const long = { ...stored, headers: { "X-Mark": "{{name}}" }, allow_unknown_fields: true };
    const { id } = await draftAt("На телефоне", "Message", { campaign: { ...long, subject: "{{Name}}", unsubscribe_url: "{{name}}" } });
    const page = await open(browser, engine, { locale: "ru-RU", width: 360, height: 740, dark: true });
    await page.goto(`${engine.url}/#/new/${id}`);
    for (const name of ["Письмо", "Проверка"]) {
      await page.getByRole("navigation", { name: "Шаги" }).getByRole("button", { name }).click();
      await page.locator(".draft-warnings li").first().waitFor();
      assert.deepEqual(await axeFaults(page), []);
      assert.equal(await overflowing(page), 0, name);
      await shoot(page, `message-fields-russian-${name === "Письмо" ? "message" : "check"}`, true);
    }
    await page.goto(`${engine.url}/#/lists/partials`);
    await page.getByRole("button", { name: "{{> sign}}: показать" }).click();
    await page.getByLabel("Содержание", { exact: true }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.equal(await overflowing(page), 0, "the partial");
    await page.context().close();
  });
});
