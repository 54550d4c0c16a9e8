// A list before it is uploaded: how it would be read, which can be corrected, and what was left out of it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFaults, shoot, until } from "./browser.mjs";
import { at, begin, browser, clean, cleanButForAnswers, csv, end, engine, field, file, idOf, next, overflowing, saving, write, message } from "./new_campaign.mjs";

before(begin);
after(end);

const contacts = "Kontakt;Name\r\n ann@one.example;Ann\r\nbob@two.example;Bob\r\nnobody;Cyd\r\n";

/** A page with the file chosen, and the uploads that it sent. */
async function chosen(text, name = "contacts.csv", options = {}) {
  const page = await at("new", options);
  const uploads = [];
  page.on("request", (one) => {
    const { pathname, searchParams } = new URL(one.url());
    if (one.method() === "POST" && pathname === "/v1/audiences") uploads.push(Object.fromEntries(searchParams));
  });
  await page.locator('input[type="file"]').setInputFiles(file(text, name));
  await page.locator(".file-preview").waitFor();
  return { page, uploads };
}

describe("a file before it is uploaded", () => {
  test("shows how it is read and its first rows", async () => {
    const { page, uploads } = await chosen(csv);
    assert.equal(await field(page, "Encoding").inputValue(), "utf-8");
    assert.equal(await field(page, "Columns are parted by").inputValue(), ";");
    assert.equal(await field(page, "Addresses stand in").inputValue(), "email");
    assert.equal(await page.getByLabel("The first line names the columns").isChecked(), true);
    const table = page.getByRole("region", { name: "The first rows of the file" });
    assert.deepEqual(await table.getByRole("columnheader").allTextContents(), ["email", "name", "city"]);
    assert.equal(await table.getByRole("row").count(), 6);
    await table.getByRole("cell", { name: "ann@one.example" }).first().waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "file-preview", true);
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.locator(".audience-facts").waitFor();
    assert.deepEqual(uploads, [{ name: "contacts" }], "nothing is said that is as it was found");
    clean(page);
    await page.context().close();
  });

  test("asks which column has the addresses, and sends what was chosen along", async () => {
    const { page, uploads } = await chosen(contacts);
    await page.getByText("Say which column has the addresses.").waitFor();
    const upload = page.getByRole("button", { name: "Upload", exact: true });
    await upload.click({ force: true });
    assert.deepEqual(uploads, []);
    await shoot(page, "file-preview-asks", true);
    assert.deepEqual(await axeFaults(page), []);
    await field(page, "Addresses stand in").selectOption("Kontakt");
    await until(async () => (await page.locator("td[data-address]").count()) === 3, "the column to be marked");
    assert.equal(await page.locator(".field-fault").count(), 0);
    await upload.click();
    await page.locator(".audience-facts").getByText("2 recipients").waitFor();
    assert.deepEqual(uploads, [{ name: "contacts", email_column: "Kontakt" }]);
    await page.locator(".left-out summary").getByText("1 row left out").waitFor();
    await page.locator(".left-out-cells").getByText(/line 4/).waitFor();
    await page.getByText("What was found out or put right").click();
    await shoot(page, "file-taken", true);
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });

  test("is read anew as one says otherwise: no header, another encoding; by keyboard", async () => {
    const { page, uploads } = await chosen("email,name\nann@one.example,Ann\nbob@two.example,Bob\n", "plain.csv");
    assert.equal(await field(page, "Columns are parted by").inputValue(), ",");
    await page.getByLabel("The first line names the columns").focus();
    await page.keyboard.press("Space");
    await page.getByRole("cell", { name: "email", exact: true }).waitFor();
    await field(page, "Addresses stand in").selectOption("column 1");
    await field(page, "Encoding").selectOption("windows-1251");
    await until(async () => (await field(page, "Addresses stand in").inputValue()) === "column 1", "the column to be chosen");
    await page.locator(".file-preview .field-fault").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Upload", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".audience-facts").getByText("2 recipients").waitFor();
    assert.deepEqual(uploads, [{ name: "plain", header: "none", email_column: "column 1", encoding: "windows-1251" }]);
    clean(page);
    await page.context().close();
  });

  test("in Russian, on a phone and in the dark", async () => {
    const { page } = await chosen(contacts, "контакты.csv", { locale: "ru-RU", width: 360, height: 740, dark: true });
    await page.getByText("Укажите, в каком столбце адреса.").waitFor();
    assert.deepEqual(await field(page, "Разделитель столбцов").locator("option").allTextContents(), [
      "точка с запятой ( ; )",
      "запятая ( , )",
      "табуляция",
      "черта ( | )",
    ]);
    assert.ok((await overflowing(page)) <= 0);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "file-preview-phone-ru", true);
    clean(page);
    await page.context().close();
  });
});

describe("a list of which much was left out", () => {
  test("is used only after a person said so", async () => {
    const page = await at("new");
    const asked = [];
    const path = /\/v1\/campaigns(\?|$)/;
    const acceptance = (request) => new URL(request.url()).searchParams.get("accept_left_out");
    page.on("request", (one) => {
      if (one.method() === "POST" && path.test(one.url())) asked.push([acceptance(one), one.headers()["idempotency-key"]]);
    });
    if (!engine.knowsPreviews)
      await page.route(path, async (route) => {
        if (route.request().method() !== "POST") return route.continue();
        if (acceptance(route.request()) === "true") {
          const { body } = await engine.call("http", { method: "POST", path: "/v1/campaigns", body: route.request().postDataJSON() });
          return route.fulfill({ status: 201, contentType: "application/json", body: JSON.stringify({ ...body, text: "", html: "" }) });
        }
        const notice = { code: "audience_left_out", left_out: 3, all: 6, causes: [{ code: "left_out_no_address", count: 3 }] };
        const problem = { status: 409, code: "conflict", detail: "3 of 6 rows were left out", notice };
        return route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(problem) });
      });
    await page.locator('input[type="file"]').setInputFiles(file(csv));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await page.locator(".audience-facts").waitFor();
    await next(page);
    await write(page, message);
    const question = page.getByRole("alert").filter({ hasText: /\d of \d rows of this list were left out when it was read/ });
    await question.getByText("Use it nevertheless?").waitFor();
    await shoot(page, "left-out-asks");
    assert.deepEqual(await axeFaults(page), []);
    await question.getByRole("button", { name: "Use it nevertheless" }).click();
    await saving(page, "saved");
    const answers = asked.map(([accepts]) => accepts);
    assert.equal(answers.at(-1), "true");
    assert.equal(answers.filter((one) => one === "true").length, 1);
    assert.notEqual(asked.at(-1)[1], asked.at(-2)[1], "another decision has another key");
    assert.match(idOf(page), /^c\d+$/);
    cleanButForAnswers(page);
    await page.context().close();
  });
});

describe("what the engine says of a file", () => {
  /** A page whose previews are answered by `answer`. */
  async function answered(answer, name = "book.xlsx") {
    const page = await at("new");
    const asked = [];
    await page.route(/\/v1\/audiences\/preview/, async (route) => {
      const { searchParams } = new URL(route.request().url());
      asked.push([Object.fromEntries(searchParams), route.request().postDataBuffer().length]);
      const [status, body] = answer(searchParams);
      await route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
    });
    return { page, asked, choose: (bytes) => page.locator('input[type="file"]').setInputFiles({ name, mimeType: "", buffer: Buffer.alloc(bytes, "x") }) };
  }
  const sheet = { format: "xlsx", encoding: "", delimiter: "", header: true, columns: ["email", "Name"], rows: [["a@b.example", "Ann"]], sheets: ["May", "June"], notices: [] };

  test("a spreadsheet is sent whole, and another of its sheets can be chosen", async () => {
    const { page, asked, choose } = await answered((query) => [200, { ...sheet, email_column: "email", sheet: query.get("sheet") ?? "May" }]);
    await choose(300_000);
    assert.equal(await field(page, "Sheet").inputValue(), "May");
    assert.equal(await page.getByLabel("Encoding").count(), 0);
    await field(page, "Sheet").selectOption("June");
    await until(() => asked.length === 2, "the other sheet to be read");
    assert.deepEqual(asked, [[{}, 300_000], [{ sheet: "June" }, 300_000]]);
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });

  test("of any other file the beginning is sent, and a fault is told beside what may mend it", async () => {
    const fault = { status: 400, code: "invalid_input", detail: "there is no sheet", notice: { code: "columns_missing" } };
    const { page, asked, choose } = await answered(
      (query) => (query.get("header") === "none" ? [200, { ...sheet, format: "csv", delimiter: ",", sheets: [], email_column: "email" }] : [400, fault]),
      "list.csv",
    );
    await choose(1_000_000);
    await page.getByRole("alert").getByText(/It cannot be read so: there is no line that names the columns/).waitFor();
    assert.equal(asked[0][1], 256 * 1024 + 1);
    assert.equal(await page.getByRole("button", { name: "Upload", exact: true }).getAttribute("aria-disabled"), "true");
    await page.getByLabel("The first line names the columns").uncheck();
    await page.getByRole("cell", { name: "a@b.example" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("an engine that takes no word for the delimiter is not asked again", async () => {
    const unknown = { status: 400, code: "invalid_input", detail: "no", notice: { code: "parameter_unknown", parameter: "delimiter", known: "sheet" } };
    const { page, choose } = await answered(
      (query) => (query.has("delimiter") ? [400, unknown] : [200, { ...sheet, format: "csv", delimiter: ";", sheets: [], email_column: "email" }]),
      "list.csv",
    );
    await choose(1000);
    await field(page, "Columns are parted by").selectOption(",");
    const delimiter = field(page, "Columns are parted by");
    await until(async () => (await delimiter.locator("option").count()) === 1 && (await delimiter.inputValue()) === ";", "only what was found");
    await page.getByRole("alert").waitFor({ state: "detached" });
    cleanButForAnswers(page);
    await page.context().close();
  });
});
