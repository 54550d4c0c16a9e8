import { en as common } from "../../i18n/en";
import { isolated } from "../../i18n/isolate";
import { ru as commonRu } from "../../i18n/ru";

const { formats: f, letters } = common;
const r = commonRu.formats;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface Units {
  prefix: string;
  days: (n: number) => string;
  h: string;
  min: string;
  now: string;
}

/** In the units that say something: "waits 4 days", "waits 3 h 10 min", "waits 2 min". */
function span(msMaybeBefore: number, units: Units): string {
  // The engine's clock may be ahead of the browser's.
  const ms = Math.max(0, msMaybeBefore);
  if (ms >= 2 * dayMs) return `${units.prefix} ${units.days(Math.floor(ms / dayMs))}`;
  const hours = Math.floor(ms / hourMs);
  const minutes = Math.floor((ms % hourMs) / minuteMs);
  if (hours === 0 && minutes === 0) return units.now;
  return [units.prefix, hours > 0 && `${hours} ${units.h}`, minutes > 0 && `${minutes} ${units.min}`].filter(Boolean).join(" ");
}

const en = {
  queue: (n: number) => `Waiting: ${f.count(n)}`,
  queueEmpty: "Nothing else waits.",
  waits: (ms: number) =>
    span(ms, { prefix: "waits", days: (n) => `${n} days`, h: "h", min: "min", now: "came just now" }),
  why: "Why it waits",
  approvals: "Approvals",
  approvalsGiven: (given: number, needed: number) => `${f.count(given)} of ${f.count(needed)}`,
  approvalBy: (by: string, at: string) => `${isolated(by)}, ${at}`,
  approvalExpired: (by: string, at: string) => `${isolated(by)}, ${at}: too old to count`,
  notByAuthor: (who: string[]) => `not by ${who.map(isolated).join(" or ")}: they wrote or edited it`,
  barred: "You wrote or edited it last: somebody else has to approve it.",
  given: "You have approved it. It waits for others.",
  gone: (status: string) => `It no longer waits for a moderator. Its status now: ${status}.`,
  next: "Show the next one",
  contentChanged: "Its content changed since you opened it. Open it again before you decide.",
  unsubscribe: "Unsubscribe link",
  submitted: "Submitted",
  notShown: (why: string) => `It cannot be shown: ${isolated(why)}`,
  audience: "Audience",
  roleAddresses: (n: number) => `${f.count(n)} ${f.plural(n, { one: "role address", other: "role addresses" })} (info@, sales@ …)`,
  imported: (at: string) => `imported ${at}`,
  rows: "Pages of the audience",
  rowsBefore: "Before",
  rowsAfter: "Next",
  rowsShown: (first: string, last: string, all: string) => `${first}–${last} of ${all}`,
  approve: "Approve",
  reject: "Reject",
  approveTitle: (name: string) => `Approve “${isolated(name)}”?`,
  rejectTitle: (name: string) => `Reject “${isolated(name)}”?`,
  leave: (n: number, at: string | null) =>
    at ? `${letters(n)} ${f.plural(n, { one: "goes", other: "go" })} out from ${at}.` : `${letters(n)} ${f.plural(n, { one: "leaves", other: "leave" })} at once.`,
  leaveInParts: (n: number, at: string | null, first: number, every: string) =>
    `${letters(n)} ${f.plural(n, { one: "goes", other: "go" })} out from ${at ?? "now"} in parts: the first ${f.count(first)} ${at ? "then" : "at once"}, the next every ${every}.`,
  waitsForMore: (n: number) =>
    `Nothing leaves yet: ${f.count(n)} more ${f.plural(n, { one: "approval is", other: "approvals are" })} needed, by others.`,
  heldStill: "It is paused as well: nothing leaves until somebody resumes it.",
  approveWords: "Words for the log (you may leave them out)",
  rejectWords: "Reason",
  wordsHint: "Kept in the campaign's log and shown to whoever sends it.",
  reasonMissing: "Please say why: whoever sends it will read this.",
  decided: {
    approve: (name: string) => `Approved: ${isolated(name)}`,
    reject: (name: string) => `Rejected: ${isolated(name)}`,
  },
};

const ru: typeof en = {
  queue: (n) => `В очереди: ${r.count(n)}`,
  queueEmpty: "Больше никто не ждёт.",
  waits: (ms) =>
    span(ms, {
      prefix: "ждёт",
      days: (n) => `${n} ${r.plural(n, { one: "день", few: "дня", many: "дней", other: "дня" })}`,
      h: "ч",
      min: "мин",
      now: "поступил только что",
    }),
  why: "Почему ждёт проверки",
  approvals: "Одобрения",
  approvalsGiven: (given, needed) => `${r.count(given)} из ${r.count(needed)}`,
  approvalBy: (by, at) => `${isolated(by)}, ${at}`,
  approvalExpired: (by, at) => `${isolated(by)}, ${at}: срок истёк`,
  notByAuthor: (who) => `кроме ${who.map(isolated).join(" и ")}: автор и кто правил последним не одобряют`,
  barred: "Вы автор выпуска или правили его последним: одобрить должен кто-то другой.",
  given: "Вы его одобрили. Нужны ещё одобрения.",
  gone: (status) => `Модератор этому выпуску больше не нужен. Статус сейчас: ${status}.`,
  next: "Показать следующий",
  contentChanged: "Содержимое изменилось с тех пор, как вы открыли выпуск. Откройте его заново, прежде чем решать.",
  unsubscribe: "Ссылка для отписки",
  submitted: "Отправлен на проверку",
  notShown: (why) => `Показать не удалось: ${isolated(why)}`,
  audience: "Список контактов",
  roleAddresses: (n) =>
    `${r.count(n)} ${r.plural(n, { one: "служебный адрес", few: "служебных адреса", many: "служебных адресов", other: "служебного адреса" })} (info@, sales@ …)`,
  imported: (at) => `загружен ${at}`,
  rows: "Страницы списка",
  rowsBefore: "Назад",
  rowsAfter: "Дальше",
  rowsShown: (first, last, all) => `${first}–${last} из ${all}`,
  approve: "Одобрить",
  reject: "Отклонить",
  approveTitle: (name) => `Одобрить «${isolated(name)}»?`,
  rejectTitle: (name) => `Отклонить «${isolated(name)}»?`,
  leave: (n, at) => {
    const go = r.plural(n, { one: "уйдёт", few: "уйдут", many: "уйдут", other: "уйдут" });
    return at ? `${commonRu.letters(n)} ${go} начиная с ${at}.` : `${commonRu.letters(n)} ${go} сразу.`;
  },
  leaveInParts: (n, at, first, every) => {
    const go = r.plural(n, { one: "уйдёт", few: "уйдут", many: "уйдут", other: "уйдут" });
    const part = `в первой ${commonRu.letters(first)}, она уйдёт ${at ? "в это время" : "сразу"}`;
    return `${commonRu.letters(n)} ${go} частями${at ? ` начиная с ${at}` : ""}: ${part}, следующие — раз в ${every.replace(/\.$/, "")}.`;
  },
  waitsForMore: (n) =>
    `Пока ничего не уйдёт: ${r.plural(n, { one: "нужно", few: "нужны", many: "нужно", other: "нужно" })} ещё ${r.count(n)} ${r.plural(n, { one: "одобрение", few: "одобрения", many: "одобрений", other: "одобрения" })} от других.`,
  heldStill: "Кроме того, выпуск на паузе: ничего не уйдёт, пока его не продолжат.",
  approveWords: "Комментарий для журнала (необязательно)",
  rejectWords: "Причина",
  wordsHint: "Сохранится в журнале выпуска; его увидит отправитель.",
  reasonMissing: "Напишите причину: её прочтёт отправитель.",
  decided: {
    approve: (name) => `Одобрен: ${isolated(name)}`,
    reject: (name) => `Отклонён: ${isolated(name)}`,
  },
};

export const words = { en, ru };
