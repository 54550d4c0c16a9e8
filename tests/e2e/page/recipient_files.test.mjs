// A list that comes with a folder: the files that its rows name go before it, and each recipient gets their own.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { axeFaults, shoot, until } from "./browser.mjs";
import { at, begin, clean, cleanButForAnswers, end, engine, field, file, idOf, message, next, overflowing, saving, step, write } from "./new_campaign.mjs";

const lists = join(dirname(fileURLToPath(import.meta.url)), "../lists");
let temporary;
before(async () => {
  temporary = mkdtempSync(join(tmpdir(), "sluice-page-"));
  await begin();
});
after(async () => {
  await end();
  rmSync(temporary, { recursive: true, force: true });
});

let folders = 0;
/** A folder called so, with these files. */
function folderOf(name, files) {
  const root = join(temporary, `${++folders}`, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const invoices = () => folderOf("invoices", { "ann.txt": "Ann's", "2026/bob.txt": "Bob's", "old.txt": "nobody's" });
const bills = "email;name;invoice\r\nann@one.example;Ann; ann.txt\r\nbob@two.example;Bob;2026/bob.txt\r\ncyd@three.example;Cyd;\r\n";

async function chosen(list, folder, options = {}) {
  const page = await at("new", options);
  page.uploads = [];
  page.on("request", (one) => {
    const { pathname, searchParams } = new URL(one.url());
    if (one.method() === "POST" && /^\/v1\/(attachments|audiences)$/.test(pathname)) page.uploads.push(`${pathname} ${searchParams.get("name")}`);
  });
  await page.locator('input[type="file"]').setInputFiles(list);
  await page.locator(".file-preview table").waitFor();
  await page.locator("[data-choose=recipient-files]").setInputFiles(folder);
  return page;
}
const upload = (page) => page.getByRole("button", { name: "Upload", exact: true });
const column = (page) => field(page, "Names of files stand in");
const rowsOf = async (page) => {
  const { items } = await engine.http("GET", "/v1/audiences");
  const { items: rows } = await engine.http("GET", `/v1/audiences/${items.at(-1).id}/rows`);
  return rows.map((one) => (one.fields ?? one).invoice);
};

describe("a list with a folder of files", () => {
  test("gives each recipient their own, and sends no file that no row names", async () => {
    const before = await engine.call("letters");
    const page = await chosen(file(bills, "bills.csv"), invoices());
    await page.getByText("invoices · 3 files").waitFor();
    assert.equal(await column(page).inputValue(), "invoice", "whose cells name files of the folder");
    await page.getByText("2 files for 2 rows will be uploaded; 1 row names none").waitFor();
    await page.getByText("1 file that no row names, not to be uploaded").click();
    await page.getByText("old.txt", { exact: true }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "recipient-files", true);
    await upload(page).click();
    await page.locator(".audience-facts").getByText("3 recipients").waitFor();
    await page.getByText("2 files uploaded; each letter of this campaign carries the one that “invoice” names.").waitFor();
    assert.deepEqual(page.uploads, ["/v1/attachments ann.txt", "/v1/attachments bob.txt", "/v1/audiences bills"]);
    await next(page);
    await page.getByText("each recipient’s own, from “invoice”").waitFor();
    await write(page, { ...message, HTML: "<p>Dear {{name}}</p>", Text: "Dear {{name}}" });
    await saving(page, "saved");
    const id = idOf(page);
    await step(page, "Start").click();
    await page.getByRole("button", { name: "Start the campaign" }).click();
    await page.getByRole("button", { name: "Start 3 letters" }).click();
    await until(async () => (await engine.show(id)).status === "sent", "the letters to leave");
    assert.deepEqual(await engine.call("attached", { since: before }), {
      "ann@one.example": { "ann.txt": "Ann's" },
      "bob@two.example": { "bob.txt": "Bob's" },
      "cyd@three.example": {},
    });
    clean(page);
    await page.context().close();
  });

  test("tells of names that no file has, with their rows, before anything is sent", async () => {
    const list = "email,invoice\nann@one.example,ann.txt\nbob@two.example,gone.txt\ncyd@three.example,gone.txt\ndan@four.example,../ann.txt\n";
    const page = await chosen(file(list), invoices());
    const told = page.locator(".recipient-files .notice");
    await told.getByText("3 rows name a file that is not in the folder:").waitFor();
    assert.deepEqual(await told.getByRole("listitem").allTextContents(), ["line 3 and 1 more row: gone.txt", "line 5: ../ann.txt"]);
    await upload(page).click({ force: true });
    assert.deepEqual(page.uploads, []);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "recipient-files-missing", true);
    await page.getByLabel("Import the list nevertheless: these letters go without their file").focus();
    await page.keyboard.press("Space");
    await upload(page).click();
    await page.locator(".audience-facts").getByText("4 recipients").waitFor();
    const [first, ...rest] = await rowsOf(page);
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, [undefined, undefined, undefined]);
    clean(page);
    await page.context().close();
  });

  test("another folder is looked at anew, another column read anew, and none is none", async () => {
    const page = await chosen(file("email,name,bill\nann@one.example,Ann,a.pdf\n"), folderOf("empty", { "x.txt": "x" }));
    await page.getByText("Say which column names the files.").waitFor();
    assert.equal(await upload(page).getAttribute("aria-disabled"), "true");
    await column(page).selectOption("name");
    await page.getByText("line 2: Ann").waitFor();
    await page.locator("[data-choose=recipient-files]").setInputFiles(folderOf("pdf", { "a.pdf": "a" }));
    await page.getByText("1 file for 1 row will be uploaded", { exact: true }).waitFor();
    assert.equal(await column(page).inputValue(), "bill");
    await page.getByRole("button", { name: "Without these files" }).click();
    assert.equal(await column(page).count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Choose the folder…");
    await upload(page).click();
    await page.locator(".audience-facts").waitFor();
    assert.deepEqual(page.uploads.map((one) => one.split(" ")[0]), ["/v1/audiences"]);
    clean(page);
    await page.context().close();
  });

  test("a file that does not arrive is named, nothing is imported, and what arrived is not sent again", async () => {
    const page = await chosen(file(bills, "again.csv"), invoices());
    await page.getByText("2 files for 2 rows").waitFor();
    let isBroken = true;
    await page.route("**/v1/attachments?name=bob.txt", (route) => (isBroken ? route.abort() : route.continue()));
    await upload(page).click();
    await page.getByRole("alert").getByText(/bob\.txt could not be uploaded: .* The list was not imported/).waitFor();
    isBroken = false;
    await upload(page).click();
    await page.locator(".audience-facts").waitFor();
    assert.deepEqual(page.uploads, [
      "/v1/attachments ann.txt",
      "/v1/attachments bob.txt",
      "/v1/attachments bob.txt",
      "/v1/audiences again",
    ]);
    cleanButForAnswers(page);
    await page.context().close();
  });

  test("a spreadsheet's cells are read as the engine reads them; in Russian, on a phone", async () => {
    const book = { name: "book.xlsx", mimeType: "", buffer: readFileSync(join(lists, "book.xlsx")) };
    const people = folderOf("люди", { Ольга: "для Ольги", Павел: "для Павла" });
    const page = await chosen(book, people, { locale: "ru-RU", width: 360, height: 740, dark: true });
    await page.getByText("люди · 2 файла").waitFor();
    assert.equal(await field(page, "Столбец с именами файлов").inputValue(), "Имя");
    await page.getByText("Будет загружено: 2 файла, строк с файлом: 2", { exact: true }).waitFor();
    assert.ok((await overflowing(page)) <= 0);
    assert.deepEqual(await axeFaults(page), []);
    await shoot(page, "recipient-files-phone-ru", true);
    await page.getByRole("button", { name: "Загрузить", exact: true }).click();
    await page.getByText("Загружено: 2 файла; к каждому письму этого выпуска будет приложен файл из столбца «Имя».").waitFor();
    clean(page);
    await page.context().close();
  });

  test("several files do where a browser knows no folders", async () => {
    const page = await at("new");
    await page.addInitScript(() => delete HTMLInputElement.prototype.webkitdirectory);
    await page.reload();
    await page.locator('input[type="file"]').setInputFiles(file(bills.replace("2026/", "")));
    await page.getByRole("button", { name: "Choose the files…" }).waitFor();
    const files = [["ann.txt", "Ann's"], ["bob.txt", "Bob's"]].map(([name, text]) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) }));
    await page.locator("[data-choose=recipient-files]").setInputFiles(files);
    await page.getByText("2 files for 2 rows will be uploaded").waitFor();
    clean(page);
    await page.context().close();
  });
});
