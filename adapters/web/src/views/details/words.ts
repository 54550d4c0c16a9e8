import type { LetterState, Reply } from "../../api/types";
import { en as common } from "../../i18n/en";
import { isolated } from "../../i18n/isolate";
import { reasonInRussian } from "../../i18n/reasons_ru";
import { ru as commonRu } from "../../i18n/ru";

const { formats: f, letters } = common;
const r = commonRu.formats;

export type Told = (text: string) => string;

/** "550 5.1.1 nobody here"; what has no code no server said, but the engine, and `told` tells it. */
export function replyText(reply: Reply | null, told: Told): string {
  if (!reply) return "";
  return reply.code ? [reply.code, reply.enhanced, reply.text].filter(Boolean).join(" ") : told(reply.text);
}

const enStates: Record<LetterState, string> = {
  pending: "not yet sent",
  in_flight: "in flight",
  accepted: "accepted",
  refused: "refused",
  deferred: "to be tried again",
  skipped: "skipped",
  in_doubt: "in doubt",
};

const ruStates: Record<LetterState, string> = {
  pending: "ещё не отправлено",
  in_flight: "в пути",
  accepted: "принято",
  refused: "отклонено",
  deferred: "будет повторено",
  skipped: "пропущено",
  in_doubt: "под вопросом",
};

const en = {
  tabs: { details: "Details", response: "Server response", letters: "Letters", progress: "Progress", log: "Log" },
  views: "What is shown of the campaign",
  onDoubt: "A letter in doubt",
  doubts: { resend: "is sent again", hold: "waits for a decision" },
  moderation: "Moderation",
  lastStop: "When it last stopped",
  noMessageYet: "The message can be shown as soon as the campaign has an audience.",
  again: "Try again",
  failed: (why: string) => `This could not be read: ${isolated(why)}`,
  reading: "Reading…",
  more: "Show more",
  states: enStates,
  response: {
    none: "The sending server has not answered yet.",
    code: "Code",
    words: "Words",
    count: "Letters",
    first: "First seen",
    last: "Last seen",
    example: "For example",
    ours: "no reply",
    raw: "The raw record",
  },
  letter: {
    search: "Find a recipient",
    hint: "Part of the address",
    filter: "Outcome",
    all: "all",
    none: "No letter here fits the search and the filter.",
    number: "No.",
    address: "Recipient",
    state: "State",
    reply: "Last reply",
    attempts: "Attempts",
    when: "When",
    story: (address: string) => `The story of the letter to ${isolated(address)}`,
    id: "Message-ID",
    back: "Back to the letters",
    retry: (at: string) => `again: ${at}`,
  },
  progress: {
    none: "Nothing to draw yet: the campaign has not been started.",
    chart: "Letters over time",
    due: "due by the plan",
    left: "left",
    accepted: "accepted",
    refused: "refused",
    pauses: "paused",
    parts: "a part",
    restart: "the engine was restarted",
    released: "released",
    asTable: "As a table",
    time: "Time",
    pausesTable: "Pauses",
    from: "from",
    to: "to",
    lasts: "it still lasts",
    at: (due: string, left: string) => `due ${due}, left ${left}`,
  },
  log: {
    newestFirst: "Newest first",
    raw: "The event as it is stored",
    engine: "the engine",
    number: (n: string) => `Event ${n}`,
    numbers: (from: string, to: string) => `Events ${from} to ${to}`,
    until: (at: string) => `until ${at}`,
    created: (name: string) => `The draft ${isolated(name)} was made`,
    edited: "The draft was changed",
    discarded: "The draft was thrown away",
    submitted: (reasons: string[]) =>
      reasons.length > 0 ? `Started; goes to a moderator: ${reasons.map(isolated).join("; ")}` : "Started; no check had an objection",
    approved: "Approved by a moderator",
    rejected: "Rejected by a moderator",
    scheduled: (at: string) => `The plan counts from ${at}`,
    sending_began: "Sending began",
    paused: "Paused",
    suspected: "Held on suspicion of spam",
    resumed: "Resumed",
    released: "Released whole: everything leaves at once",
    cancelled: "Cancelled",
    claimed: (n: number) => `${letters(n)} handed to the sending server`,
    settled: (groups: [LetterState, number][]) =>
      groups.map(([state, n]) => `${f.count(n)} ${state === "pending" ? "came back unsent" : enStates[state]}`).join(", "),
    doubtResent: (n: number, at: string | null) =>
      at ? `${letters(n)} in doubt will be sent again on ${at}` : `${letters(n)} in doubt will be sent again`,
    doubtGivenUp: (n: number) => `${letters(n)} in doubt given up`,
    relay_failed: "The sending server fails",
    relay_recovered: "The sending server works again",
    drained: (accepted: number, refused: number, inDoubt: number, ms: number) =>
      `The letters in flight are through: ${f.count(accepted)} accepted, ${f.count(refused)} refused, ${f.count(inDoubt)} in doubt, after ${f.count(ms)} ms`,
    finished: "Every letter has its outcome: the campaign is sent",
  },
};

const ru: typeof en = {
  tabs: { details: "Подробности", response: "Ответы сервера", letters: "Письма", progress: "Ход отправки", log: "Журнал" },
  views: "Что показать о выпуске",
  onDoubt: "Письмо под вопросом",
  doubts: { resend: "отправляется ещё раз", hold: "ждёт решения" },
  moderation: "Модерация",
  lastStop: "Последняя остановка",
  noMessageYet: "Письмо можно будет показать, когда у выпуска появится список контактов.",
  again: "Повторить",
  failed: (why) => `Прочитать не удалось: ${isolated(why)}`,
  reading: "Читаем…",
  more: "Показать ещё",
  states: ruStates,
  response: {
    none: "Отправляющий сервер пока ничего не ответил.",
    code: "Код",
    words: "Ответ",
    count: "Писем",
    first: "Впервые",
    last: "В последний раз",
    example: "Например",
    ours: "нет ответа",
    raw: "Исходная запись",
  },
  letter: {
    search: "Найти получателя",
    hint: "Часть адреса",
    filter: "Итог",
    all: "все",
    none: "Под поиск и фильтр не подходит ни одно письмо.",
    number: "№",
    address: "Получатель",
    state: "Состояние",
    reply: "Последний ответ",
    attempts: "Попыток",
    when: "Когда",
    story: (address) => `История письма на ${isolated(address)}`,
    id: "Message-ID",
    back: "Назад к письмам",
    retry: (at) => `повтор: ${at}`,
  },
  progress: {
    none: "Рисовать пока нечего: выпуск не запущен.",
    chart: "Письма по времени",
    due: "должно уйти по плану",
    left: "ушло",
    accepted: "принято",
    refused: "отклонено",
    pauses: "пауза",
    parts: "часть",
    restart: "сервер перезапускался",
    released: "выпущен целиком",
    asTable: "Таблицей",
    time: "Время",
    pausesTable: "Паузы",
    from: "с",
    to: "по",
    lasts: "ещё длится",
    at: (due, left) => `по плану ${due}, ушло ${left}`,
  },
  log: {
    newestFirst: "Сначала новые",
    raw: "Событие, как оно хранится",
    engine: "сервер",
    number: (n) => `Событие ${n}`,
    numbers: (from, to) => `События с ${from} по ${to}`,
    until: (at) => `до ${at}`,
    created: (name) => `Создан черновик ${isolated(name)}`,
    edited: "Черновик изменён",
    discarded: "Черновик удалён",
    submitted: (reasons) =>
      reasons.length > 0 ? `Запущен; отправлен модератору: ${reasons.map((one) => isolated(reasonInRussian(one))).join("; ")}` : "Запущен; проверки замечаний не нашли",
    approved: "Одобрен модератором",
    rejected: "Отклонён модератором",
    scheduled: (at) => `Расписание отсчитывается от ${at}`,
    sending_began: "Отправка началась",
    paused: "Поставлен на паузу",
    suspected: "Задержан по подозрению в спаме",
    resumed: "Продолжен",
    released: "Выпущен целиком: всё уходит сразу",
    cancelled: "Отменён",
    claimed: (n) => `Передано отправляющему серверу: ${commonRu.letters(n)}`,
    settled: (groups) =>
      groups.map(([state, n]) => `${state === "pending" ? "вернулось неотправленными" : ruStates[state]}: ${r.count(n)}`).join(", "),
    doubtResent: (n, at) => `Под вопросом ${commonRu.letters(n)}: ${at ? `отправка повторится ${at}` : "отправляются ещё раз"}`,
    doubtGivenUp: (n) => `Под вопросом ${commonRu.letters(n)}: больше не отправляются`,
    relay_failed: "Отправляющий сервер не работает",
    relay_recovered: "Отправляющий сервер снова работает",
    drained: (accepted, refused, inDoubt, ms) =>
      `Письма, которые были в пути, дошли до итога: принято ${r.count(accepted)}, отклонено ${r.count(refused)}, под вопросом ${r.count(inDoubt)}, за ${r.count(ms)} мс`,
    finished: "У каждого письма есть итог: выпуск выполнен",
  },
};

export const words = { en, ru };
