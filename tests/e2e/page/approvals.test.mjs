// Approvals of two people, of several, and such as are too old: what each person's page says, and what it lets them do.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { axeFaults, launch, open, shoot, until } from "./browser.mjs";
import { Engine } from "./engine.mjs";
import { cardOf, clean } from "./fixture.mjs";

let browser;
let engine;
let secrets;
before(async () => (browser = await launch()));
after(async () => await browser?.close());
afterEach(async () => {
  await engine?.end();
  engine = null;
});

/** An engine whose moderation asks for it, and tokens by name: {anna: "moderator"}. */
async function begin(roles, settings = {}, options = {}) {
  const environment = { SLUICE_LOG_LEVEL: "warn", SLUICE_MODERATION_TWO_PEOPLE: "on" };
  for (const [name, value] of Object.entries(settings)) environment[`SLUICE_MODERATION_${name}`] = value;
  engine = await Engine.start({ quiet: false, environment, ...options });
  secrets = {};
  for (const [name, role] of Object.entries(roles)) secrets[name] = (await engine.http("POST", "/v1/tokens", { role, name })).secret;
}
async function draft(fields = {}) {
  const audience = await engine.call("import", { count: 5, name: "readers" });
  return engine.call("create", { audience, name: "Of several people", ...fields });
}
const start = (id) => engine.http("POST", `/v1/campaigns/${id}/start`);
const statusIs = (id, status) => until(async () => (await engine.show(id)).status === status, `it to be ${status}`);

/** Somebody's page of what waits for moderators. */
async function moderating(name, options = {}) {
  const page = await open(browser, engine, { ...(name && { token: secrets[name] }), ...options });
  await page.getByRole("tab", { name: /Moderation|Модерация/ }).click();
  return page;
}
const review = (page, id) => page.locator(`.review[data-campaign="${id}"]`);
const approve = (page, id) => review(page, id).locator("[data-command=approve]");
async function approves(page, id, sentence) {
  await approve(page, id).click();
  await page.getByRole("dialog").getByText(sentence, { exact: true }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}
/** Where the engine was away. */
const cleanButForAway = (page) => {
  page.complaints = page.complaints.filter((one) => !/Failed to load resource|ERR_/.test(one));
  clean(page);
};

describe("two people", () => {
  test("who wrote it or edited it last is told why they cannot approve, whatever their role; somebody else does", async () => {
    await begin({ anna: "admin", mara: "moderator" });
    const id = await draft();
    await engine.http("PATCH", `/v1/campaigns/${id}`, { subject: "Anna's" }, secrets.anna);
    await start(id);
    const pages = { author: await moderating(null), editor: await moderating("anna"), mara: await moderating("mara") };
    for (const page of [pages.author, pages.editor]) {
      await review(page, id).getByText("You wrote or edited it last: somebody else has to approve it.").waitFor();
      await review(page, id).getByText("0 of 1 · not by local or anna: they wrote or edited it").waitFor();
      await review(page, id).locator("[data-command=reject]").waitFor();
      assert.equal(await approve(page, id).count(), 0);
    }
    await shoot(pages.author, "approvals-author");
    assert.deepEqual(await axeFaults(pages.author), []);
    await approves(pages.mara, id, "5 letters leave at once.");
    await statusIs(id, "sent");
    for (const page of [pages.author, pages.editor])
      await review(page, id).getByText("It no longer waits for a moderator. Its status now: Sent.").waitFor();
    for (const page of Object.values(pages)) {
      clean(page);
      await page.context().close();
    }
  });

  test("in Russian", async () => {
    await begin({ mara: "moderator" });
    const id = await draft();
    await start(id);
    const page = await moderating(null, { locale: "ru-RU", width: 360, height: 740 });
    await review(page, id).getByText("Вы автор выпуска или правили его последним: одобрить должен кто-то другой.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    clean(page);
    await page.context().close();
  });
});

describe("several approvals", () => {
  test("are several people's; when they have expired it is held, told why, and approved anew on the same pages", async () => {
    const hours = 3600;
    await begin({ anna: "moderator", mara: "moderator" }, { APPROVALS_NEEDED: "2", APPROVAL_EXPIRES: "1h" }, { clock: true });
    const id = await draft({ plan: { start_at: new Date(Date.now() + 2 * hours * 1000).toISOString().replace(/\.\d+/, "") } });
    await start(id);
    const [anna, mara] = [await moderating("anna"), await moderating("mara")];
    const author = await open(browser, engine);

    await approves(anna, id, "Nothing leaves yet: 1 more approval is needed, by others.");
    await anna.getByText("Nothing waits for you").waitFor();
    await anna.goto(`${engine.url}/#/moderation/${id}`);
    await review(anna, id).getByText("You have approved it. It waits for others.").waitFor();
    await review(anna, id).getByText(/^1 of 2 · anna, .* not by local: they wrote or edited it$/).waitFor();
    assert.equal(await approve(anna, id).count(), 0);
    assert.equal((await engine.show(id)).status, "moderation");
    await review(mara, id).getByText(/^1 of 2 · anna, /).waitFor();
    await shoot(mara, "approvals-one-of-two");
    await approve(mara, id).click();
    await mara.getByRole("dialog").getByText(/^5 letters go out from /).waitFor();
    await mara.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await statusIs(id, "preparing");

    await engine.call("jump", { seconds: 3 * hours });
    for (const page of [anna, mara, author]) await page.clock.setSystemTime(Date.now() + 3 * hours * 1000);
    await statusIs(id, "paused");
    await cardOf(author, id).getByText(/held since .*: its approval has expired/).waitFor({ timeout: 30_000 });
    await cardOf(author, id).getByText(/its approval of .* held for 1 ?h.* and had expired before it began to send; a moderator .* approves it anew/).waitFor();
    await shoot(author, "approvals-expired-card");
    assert.equal(await cardOf(author, id).locator("[data-command]").count(), 0, "it is not simply resumed");
    await cardOf(author, id).getByRole("link", { name: "Look into it" }).click();
    await review(author, id).getByText("You wrote or edited it last: somebody else has to approve it.").waitFor();
    assert.deepEqual(await axeFaults(author), []);
    const queued = mara.locator(`.queue [data-campaign="${id}"]`);
    await queued.waitFor({ timeout: 30_000 });
    await queued.getByText("came just now").waitFor();
    for (const page of [anna, mara]) {
      await review(page, id).getByText(/held since .*: its approval has expired/).waitFor();
      await review(page, id).getByText(/^0 of 2 · not by local/).waitFor();
    }
    await shoot(mara, "approvals-expired");
    assert.deepEqual(await axeFaults(mara), []);
    assert.equal((await engine.call("letters")), 0);

    await approves(anna, id, "Nothing leaves yet: 1 more approval is needed, by others.");
    await review(mara, id).getByText(/^1 of 2 · anna, /).waitFor();
    assert.equal((await engine.show(id)).status, "paused");
    await approve(mara, id).click();
    assert.deepEqual(await mara.getByRole("dialog").locator("p:not(.hint)").allTextContents(), ["5 letters leave at once."]);
    await mara.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await statusIs(id, "sent");
    assert.equal(await engine.call("letters"), 5);
    for (const page of [anna, mara, author]) {
      cleanButForAway(page);
      await page.context().close();
    }
  });

  test("one that is too old before there are enough is none, and is given anew by the same person", async () => {
    const hour = 3600;
    await begin({ anna: "moderator", mara: "moderator" }, { APPROVALS_NEEDED: "2", APPROVAL_EXPIRES: "1h" }, { clock: true });
    const id = await draft();
    await start(id);
    await engine.http("POST", `/v1/campaigns/${id}/approve`, {}, secrets.anna);
    await engine.call("jump", { seconds: 3 * hour });
    const anna = await moderating("anna");
    await review(anna, id).getByText("You have approved it. It waits for others.").waitFor();
    await anna.clock.setSystemTime(Date.now() + 3 * hour * 1000);
    await anna.reload();
    await review(anna, id).getByText(/^0 of 2 · anna, .*: too old to count/).waitFor();
    await approves(anna, id, "Nothing leaves yet: 1 more approval is needed, by others.");
    await engine.http("POST", `/v1/campaigns/${id}/approve`, {}, secrets.mara);
    await statusIs(id, "sent");
    clean(anna);
    await anna.context().close();
  });
});
