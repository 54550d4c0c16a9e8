// The page's sentences in both languages: numbers, plural forms, dates and intervals as the language has them.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { loadWords } from "./browser.mjs";

let en;
let ru;
before(async () => {
  process.env.TZ = "UTC";
  ({ en } = await loadWords("i18n/en.ts"));
  ({ ru } = await loadWords("i18n/ru.ts"));
});

/** With plain spaces: the language's own between thousands does not break. */
const plain = (text) => text.replace(/[\u00A0\u202F]/g, " ");
const planned = (every, growth = 0) => ({ start_at: "2026-12-01T09:00:00Z", parts: { size: 200, every, growth } });

test("a plan in words", () => {
  assert.equal(en.plan(planned("30m"), null), "1 Dec 2026 09:00, 200 letters every 30 min");
  assert.equal(ru.plan(planned("30m"), null), "1 дек. 2026 09:00 по 200 писем раз в 30 мин.");
  assert.equal(en.plan(planned("24h", 50), null), "1 Dec 2026 09:00, 200 letters every day, growing 50% a day");
  assert.equal(ru.plan(planned("24h", 50), null), "1 дек. 2026 09:00 по 200 писем раз в день, с ростом на 50% в день");
  assert.equal(ru.plan({ start_at: "2026-12-01T09:00:00Z", parts: { size: 1, every: "1h", growth: 0 } }, null), "1 дек. 2026 09:00 по 1 письму раз в час");
  assert.equal(en.plan({}, null), "now, all at once");
  assert.equal(ru.plan({}, null), "сейчас, весь тираж сразу");
});

test("intervals of one have no number", () => {
  const of = (every) => [en.interval(every), ru.interval(every)];
  assert.deepEqual(of("1s"), ["second", "секунду"]);
  assert.deepEqual(of("1m"), ["minute", "минуту"]);
  assert.deepEqual(of("1h"), ["hour", "час"]);
  assert.deepEqual(of("24h"), ["day", "день"]);
  assert.deepEqual(of("7d"), ["7 days", "7 дней"]);
  assert.deepEqual(of("2d"), ["2 days", "2 дня"]);
  assert.deepEqual(of("90m"), ["90 min", "90 мин."]);
});

test("numbers and their words", () => {
  const of = (n) => [en.letters(n), ru.letters(n)].map(plain);
  assert.deepEqual(of(1), ["1 letter", "1 письмо"]);
  assert.deepEqual(of(3), ["3 letters", "3 письма"]);
  assert.deepEqual(of(11), ["11 letters", "11 писем"]);
  assert.deepEqual(of(21), ["21 letters", "21 письмо"]);
  assert.deepEqual(of(12_400), ["12,400 letters", "12 400 писем"]);
});

test("what a command will do, in numbers", () => {
  assert.equal(plain(en.confirm.releaseText(12_400)), "12,400 letters leave now, whatever the plan said.");
  assert.equal(plain(ru.confirm.releaseText(12_400)), "12 400 писем уйдут сейчас, что бы ни говорило расписание.");
  assert.equal(plain(en.confirm.cancelText(8000)), "8,000 letters will never be sent; this cannot be undone.");
  assert.equal(plain(ru.confirm.cancelText(1)), "1 письмо не будет отправлено никогда; вернуть это нельзя.");
  assert.equal(plain(ru.confirm.cancelText(8000)), "8 000 писем не будут отправлены никогда; вернуть это нельзя.");
  assert.equal(
    ru.confirm.resumeText(21, 1),
    "За время паузы накоплено 21 письмо: оно уйдёт сразу. Остальное (1 письмо) уйдёт по расписанию.",
  );
  assert.equal(ru.confirm.resumeText(3, 5), "За время паузы накоплено 3 письма: они уйдут сразу. Остальные (5 писем) уйдут по расписанию.");
  assert.equal(en.card.drained(18, 0, 0, 0), "drained: 18 accepted, 0 in doubt");
});
