// What the engine has to say is told in the page's language: every notice here comes from the real engine, and is put
// through the page's own words.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, loadWords, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";

let browser;
let engine;
let spokenIn;
before(async () => {
  browser = await launch();
  ({ spokenIn } = await loadWords("i18n/notice_words.ts"));
  // The word "bargain" has a campaign wait for a moderator; nothing else does.
  engine = await Engine.start({
    quiet: false,
    environment: {
      SLUICE_LOG_LEVEL: "error",
      SLUICE_MODERATION_FIRST_CAMPAIGNS: "0",
      SLUICE_MODERATION_AUDIENCE_GROWTH: "0",
      SLUICE_MODERATION_SUSPICIOUS_PATTERNS: "bargain",
    },
  });
});
after(async () => {
  await browser?.close();
  await engine?.end();
});

const later = { start_at: "2036-12-01T09:00:00Z", parts: { size: 2, every: "1h", growth: 0 } };
const soon = { start_at: "now", parts: { size: 2, every: "1h", growth: 0 } };
const good = {
  name: "Autumn",
  from: "Shop <news@shop.example>",
  subject: "Hello",
  text: "Hello {{name}}",
  unsubscribe_url: "https://shop.example/u",
};
const rows = (...addresses) => "email,name\n" + addresses.map((one) => `${one},N\n`).join("");
let lists = 0;
const audience = async (...addresses) => (await engine.http("POST", `/v1/audiences?name=list-${++lists}`, rows(...addresses))).id;

/** What the engine has against it: its notice and its words. */
async function problemOf(method, path, body, token = null) {
  const answer = await engine.call("http", { method, path, body, token });
  assert.ok(answer.problem, `${method} ${path} ${JSON.stringify(body)} was taken`);
  const { notice, detail: text } = answer.problem;
  return { notice, text };
}

/** Told in Russian: nothing is left in English but names, addresses and signs. */
function assertRussian(said) {
  assert.notEqual(said.notice?.code, "text", `the engine has no code for it: ${said.text}`);
  const told = spokenIn("ru", said);
  const ours = told
    .replace(/"[^"]*"|«[^»]*»|`[^`]*`|\{\{.*?\}\}/gs, "")
    .replace(/\S+@\S+|\S+\.(example|com)|https?:\/\/|mailto:|127\.0\.0\.1:\d+|\b(HTML|CSV|XLSX|JSON|Lines|UTF-8|UTF-16|DMARC|ASCII|Handlebars|Mustache|email|c\d+|a\d+)\b/g, "");
  assert.match(told, /[а-яё]/i, `nobody told in Russian: ${said.text}`);
  assert.doesNotMatch(ours, /[a-z]{3}|undefined|NaN/i, `half told: ${said.text} → ${told}`);
}

describe("a refusal is told in Russian", () => {
  test("of a campaign's fields and templates", async () => {
    const wrong = [
      { name: " " },
      { name: "a\nb" },
      { name: "n".repeat(5000) },
      { subject: " " },
      { text: "", html: "" },
      { from: "news@gmail.com" },
      { unsubscribe_url: "shop.example" },
      { plan: { parts: { size: 0, every: "1h" } } },
      { plan: { parts: { size: 1, every: "1ms" } } },
      { plan: { parts: { size: 1, every: "1h", growth: 2000 } } },
      { reply_to: "help" },
      ...["news", "@shop.example", "a..b@shop.example", "a b@shop.example", "news@", "news@shop", "news@-shop.example", "news@sh_op.example",
        "news@shop.12", "news@shop..example", `${"n".repeat(65)}@shop.example`, `news@${"s".repeat(64)}.example`, "Shop, Inc <news@shop.example>",
        "Shop news@shop.example>", "a\u200Bb@shop.example", "news@sh\u200Bop.example"].map((from) => ({ from })),
      ...["{{name", "{{#name}}", "{{/name}}", "{{> footer}}", "{{else}}", "{{#if name}}a{{/if name}}", "{{}}", "a\n\n{{/b}}",
        "{{#a}}".repeat(40) + "{{/a}}".repeat(40)].map((html) => ({ html })),
      { subject: "{{/name}}" },
      { unsubscribe_url: "https://shop.example/{{#a}}" },
    ];
    for (const one of wrong) assertRussian(await problemOf("POST", "/v1/campaigns", { ...good, ...one }));
  });

  test("of a letter that cannot be made for its recipient", async () => {
    const list = (await engine.http("POST", "/v1/audiences?name=links", "email,link\na@d.example,nowhere\n")).id;
    assertRussian(await problemOf("POST", "/v1/preview", { campaign: { ...good, unsubscribe_url: "{{link}}" }, audience: list, index: 0 }));
  });

  test("of a file with recipients", async () => {
    const files = ["", "имя,город\nAnn,Rome\n", "email,\na@d.example,b\n", "email\n", '[{"email":"a@d.example"}]',
      "email\nnobody\n\nann@\n", 'email,"a\n', "\u0000\u0000"];
    for (const file of files) assertRussian(await problemOf("POST", "/v1/audiences?name=x", file));
    const lines = spokenIn("ru", await problemOf("POST", "/v1/audiences?name=x", "email\nnobody\nann@\n,\n"));
    assert.match(lines, /не принят ни один получатель: .*1 строка без @ в адресе.*первая из них — 2-я/);
  });

  test("of commands, roles, and what is not there", async () => {
    const draft = await engine.campaign(4, { draft: true });
    assertRussian(await problemOf("POST", `/v1/campaigns/${draft}/pause`, {}));
    const bare = (await engine.http("POST", "/v1/campaigns", good)).id;
    assertRussian(await problemOf("POST", `/v1/campaigns/${bare}/start`, {}));
    const waiting = await engine.campaign(4, { text: "A bargain" });
    await engine.http("POST", `/v1/campaigns/${waiting}/pause`);
    const held = await problemOf("POST", `/v1/campaigns/${waiting}/release`, {});
    assert.equal(
      spokenIn("ru", held),
      "статус выпуска «На паузе» (до паузы «На модерации»), команда «Выпустить целиком» сейчас невозможна; " +
        "возможны: «Одобрить», «Отклонить», «Продолжить», «Отменить»",
    );
    const over = await engine.campaign(4, { plan: later });
    await engine.http("POST", `/v1/campaigns/${over}/cancel`);
    for (const what of ["start", "approve", "pause", "resume", "release"]) assertRussian(await problemOf("POST", `/v1/campaigns/${over}/${what}`, {}));
    assertRussian(await problemOf("POST", "/v1/campaigns/c999/pause", {}));
    assertRussian(await problemOf("GET", "/v1/audiences/a999"));
    assertRussian(await problemOf("POST", `/v1/campaigns/${draft}/test`, { addresses: [], index: 0 }));
    assertRussian(await problemOf("POST", `/v1/campaigns/${draft}/test`, { addresses: ["nobody"], index: 0 }));
    const { secret } = await engine.http("POST", "/v1/tokens", { role: "viewer", name: "looks" });
    assertRussian(await problemOf("POST", `/v1/campaigns/${draft}/start`, {}, secret));
    assertRussian(await problemOf("GET", "/v1/me", null, "slc_wrong"));
  });

  test("what the page does not know is shown in the engine's words", () => {
    assert.equal(spokenIn("ru", { notice: { code: "of_a_newer_engine" }, text: "this is new" }), "this is new");
    assert.equal(spokenIn("ru", { notice: { code: "constructor" }, text: "this is new" }), "this is new");
    assert.equal(spokenIn("ru", { notice: null, text: "a person's words" }), "a person's words");
    // An event of before has its sentence alone.
    assert.equal(spokenIn("ru", { notice: { code: "text", text: "no unsubscribe link" }, text: "no unsubscribe link" }), "no unsubscribe link");
  });

  test("a notice's parameters are told as the language tells them", () => {
    const said = (language, notice) => spokenIn(language, { notice, text: "" }).replace(/[\u00A0\u202F]/g, " ");
    const many = { code: "audience_grew", size: 3500, times: 3.52, largest: 1000, limit: 3 };
    assert.equal(said("en", many), "3,500 recipients, 3.5 times as many as one campaign of this sender has reached so far (1,000); limit 3 times");
    assert.equal(said("ru", many), "3 500 получателей: это больше, чем у отправителя до сих пор доходило за один выпуск (1 000), в 3,5 раза; допустимо в 3 раза");
    assert.equal(said("ru", { code: "no_reply_in_time", server: "mx.example:25", within: "5m" }), "mx.example:25: нет ответа 5 мин.");
    assert.equal(said("en", { code: "given_up_in_doubt" }), "given up in doubt");
    assert.equal(said("en", { code: "given_up_in_doubt", by: "nina" }), "given up in doubt by nina");
    assert.equal(said("en", { code: "letter_preparing", campaign: "c1", at: "2026-12-01T09:00:00Z" }), "The campaign starts on 1 Dec 2026 09:00");
  });
});

describe("on the Russian page", () => {
  test("a template's fault, a refused command and a hold's reason are Russian", async () => {
    const draft = await engine.campaign(4, { draft: true, name: "Wrong template" });
    const mixed = await audience(...Array.from({ length: 400 }, (_, at) => `${at % 3 ? "ok" : "no"}${at}@d.example`));
    const held = await engine.call("create", { audience: mixed, name: "Suspected" });
    await engine.http("POST", `/v1/campaigns/${held}/start`);
    await until(async () => (await engine.show(held)).hold?.reason === "spam_suspicion", "the suspicion");
    const page = await open(browser, engine, { locale: "ru-RU" });
    const card = page.locator(`.card[data-campaign="${held}"]`);
    await card.getByText(/отклонено \d.*% из последних \d+; допустимо 5%/).waitFor();
    await page.route(`**/v1/campaigns/${held}/cancel`, (route) =>
      route.fulfill({
        status: 409,
        contentType: "application/problem+json",
        body: JSON.stringify({
          code: "not_allowed_now",
          detail: `${held} is sent and cannot be told to cancel; nothing changes it any more`,
          notice: { code: "nothing_changes_it", campaign: held, status: "sent", command: "cancel" },
        }),
      }),
    );
    await card.getByRole("button", { name: /Другие команды/ }).click();
    await page.getByRole("menuitem", { name: "Отменить" }).click();
    await page.locator('[role=dialog] [data-command="cancel"]').click();
    await page.getByRole("alert").getByText("статус выпуска «Выполнен», команда «Отменить» сейчас невозможна").waitFor();
    await shoot(page, "russian-refusal");
    await page.goto(`${engine.url}/#/outgoing/${held}/log`);
    await page.getByRole("dialog").getByText(/отклонено .*% из последних \d+/).waitFor();
    await page.goto(`${engine.url}/#/new/${draft}`);
    await page.getByLabel("HTML", { exact: true }).fill("<p>\n{{name</p>");
    await page.locator(".field-html").getByText("строка 2: тег не закрыт: нет }}").waitFor();
    await page.getByLabel("Отправитель").fill("shop");
    await page.getByText("«shop» — не почтовый адрес: нет знака @").waitFor();
    await page.context().close();
  });

  test("what several commands met is told, and the unanswered are sent again once, under the same keys", async () => {
    const ids = [];
    for (const name of ["lost one", "lost two"]) ids.push(await engine.campaign(10, { name, plan: later }));
    const page = await open(browser, engine, { locale: "ru-RU" });
    await page.getByRole("searchbox").fill("lost");
    await until(async () => (await page.locator(".card").count()) === 2, "the two");
    const keys = { [ids[0]]: [], [ids[1]]: [] };
    await page.route("**/pause", async (route) => {
      const id = ids.find((one) => route.request().url().includes(`/${one}/`));
      keys[id].push(route.request().headers()["idempotency-key"]);
      // The first answer of one is lost behind the engine's door.
      if (id === ids[0] && keys[id].length === 1) {
        await route.fetch();
        return route.abort();
      }
      return route.continue();
    });
    await page.locator(".list-head input").check();
    await page.locator('[data-bulk="pause"]').click();
    const dialog = page.getByRole("dialog");
    await dialog.locator('[data-command="pause"]').click();
    await dialog.getByText("lost one: нет ответа; изменилось ли что-то, неизвестно").waitFor();
    await dialog.getByRole("button", { name: "Повторить" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(keys[ids[0]].length, 2);
    assert.equal(new Set(keys[ids[0]]).size, 1);
    assert.equal(keys[ids[1]].length, 1);
    for (const id of ids) assert.equal((await engine.show(id)).status, "paused");
    await page.context().close();
  });
});

describe("why a letter has not gone, or what became of it", () => {
  const told = new Set();
  /** Every reason that the engine gives for the letter, in both languages. */
  async function reasons(id, address) {
    const why = await engine.http("GET", `/v1/campaigns/${id}/why?address=${encodeURIComponent(address)}`);
    return [why, ...why.also].map((one) => {
      const [en, ru] = ["en", "ru"].map((language) => spokenIn(language, one));
      assert.doesNotMatch(en, /sluice |undefined|null|unknown moment|\d{4}-\d\d-\d\dT/, `${one.code}: ${en}`);
      assert.match(ru, /[а-яё]/i, `${one.code} is not told in Russian`);
      assert.doesNotMatch(ru, /sluice |undefined|null|неизвестно когда|\d{4}-\d\d-\d\dT/, `${one.code}: ${ru}`);
      told.add(one.code);
      return one.code;
    });
  }
  const start = async (list, fields) => {
    const id = await engine.call("create", { audience: list, ...fields });
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    return id;
  };
  const settled = (id, count) => until(async () => (await engine.show(id)).counts.due === count, "the letters to be due");

  test("before it may leave", async () => {
    const list = await audience("ann@d.example", "bob@d.example", "out@d.example");
    await engine.http("POST", "/v1/suppressions", { email: "out@d.example", reason: "unsubscribed" });
    const draft = await engine.call("create", { audience: list });
    assert.deepEqual(await reasons(draft, "ann@d.example"), ["draft"]);
    const waiting = await start(list, { text: "A bargain" });
    assert.deepEqual(await reasons(waiting, "ann@d.example"), ["moderation"]);
    const planned = await start(list, { plan: later });
    assert.deepEqual(await reasons(planned, "ann@d.example"), ["preparing"]);
    assert.deepEqual(await reasons(planned, "out@d.example"), ["suppressed", "preparing", "part"]);
    await engine.http("POST", `/v1/campaigns/${planned}/pause`, { reason: "Wait" });
    assert.deepEqual(await reasons(planned, "ann@d.example"), ["paused", "preparing"]);
    await engine.http("POST", `/v1/campaigns/${planned}/cancel`);
    assert.deepEqual(await reasons(planned, "ann@d.example"), ["cancelled"]);
    await engine.http("POST", `/v1/campaigns/${waiting}/reject`, { reason: "Too loud" });
    assert.deepEqual(await reasons(waiting, "ann@d.example"), ["rejected"]);
  });

  test("when it was offered", async () => {
    const list = await audience("ann@d.example", "no@d.example", "later@d.example", "out@d.example");
    const id = await start(list, {});
    await until(async () => {
      const { accepted, refused, deferred, skipped } = (await engine.show(id)).counts;
      return accepted + refused + deferred + skipped === 4;
    }, "the outcomes");
    assert.deepEqual(await reasons(id, "ann@d.example"), ["accepted"]);
    assert.deepEqual(await reasons(id, "no@d.example"), ["refused"]);
    assert.deepEqual(await reasons(id, "later@d.example"), ["deferred"]);
    assert.deepEqual(await reasons(id, "out@d.example"), ["skipped"]);
    await engine.http("POST", `/v1/campaigns/${id}/cancel`);
  });

  test("on its way, in doubt, waiting, and when the server is away", async () => {
    const list = await audience("ann@d.example", "bob@d.example", "cid@d.example");
    await engine.call("speed", { delay: 600 });
    const id = await start(list, { plan: soon, on_doubt: "hold" });
    await until(async () => (await engine.show(id)).counts.in_flight === 2, "the letters to be in flight");
    assert.deepEqual(await reasons(id, "ann@d.example"), ["in_flight"]);
    assert.deepEqual(await reasons(id, "cid@d.example"), ["part"]);
    await engine.call("kill");
    await engine.call("restart");
    await until(async () => (await engine.show(id)).counts.in_doubt === 2, "the doubt");
    assert.ok((await reasons(id, "ann@d.example")).includes("in_doubt"));
    await engine.call("go_away");
    const cut = await start(list, {});
    await until(async () => (await engine.show(cut)).relay_trouble, "the relay to be missed");
    const trouble = (await engine.show(cut)).relay_trouble;
    assert.match(spokenIn("ru", trouble), /не удаётся подключиться/);
    assertRussian(trouble);
    assert.ok((await reasons(cut, "ann@d.example")).includes("relay_away"));
  });

  test("every reason was met but those that cannot be made to last", () => {
    const rest = ["fault", "domain_limit", "rate_limit", "waiting"];
    const all = ["accepted", "refused", "skipped", "in_flight", "in_doubt", "cancelled", "rejected", "suppressed", "paused", "draft", "moderation",
      "preparing", "part", "deferred", "relay_away"];
    assert.deepEqual([...told].sort(), [...all].sort());
    const notices = [
      { code: "letter_campaign_parked", campaign: "c1", causes: [{ code: "file_empty" }] },
      { code: "letter_domain_limit", domain: "d.example", limit: "2000/h", waiting: 3 },
      { code: "letter_rate_limit", limit: "20/s" },
      { code: "letter_waiting_again", attempts: 2, causes: [{ code: "letter_called_back" }] },
    ];
    assert.equal(notices.length, rest.length);
    for (const notice of notices)
      for (const language of ["en", "ru"]) {
        const told = spokenIn(language, { notice, text: "unknown" }).replace("d.example", "");
        assert.notEqual(told, "unknown", `${notice.code} in ${language}`);
        assert.doesNotMatch(told, language === "ru" ? /[a-z]{3}/ : /[а-яё]/, told);
      }
  });
});
