import { en as common } from "../../i18n/en";
import { isolated } from "../../i18n/isolate";
import { ru as commonRu } from "../../i18n/ru";

const { formats: f, letters } = common;
const { formats: r, letters: lettersRu } = commonRu;

const en = {
  what: "The server was given the whole of these letters, and its reply never came: each may have arrived or not. Nothing is sent twice unless you say so.",
  inDoubt: (n: number) => `${letters(n)} in doubt`,
  notShown: (why: string) => `The letters cannot be listed: ${isolated(why)}`,
  more: (shown: number, all: number) => `The first ${f.count(shown)} of ${f.count(all)}; the rest comes when these are settled.`,
  chosen: (n: number) => `${f.count(n)} selected`,
  chooseAll: "Select all letters of this campaign",
  choose: (email: string) => `Select ${email}`,
  address: "Address",
  since: "Since",
  last: "What happened last",
  attempts: "Attempts",
  noReply: "no reply",
  actions: { resend: "Resend", give_up: "Give up" },
  ask: {
    resend: (name: string, n: number) => `Resend ${letters(n)} of “${isolated(name)}”?`,
    give_up: (name: string, n: number) => `Give up ${letters(n)} of “${isolated(name)}”?`,
  },
  happens: {
    resend: (n: number) => `${f.count(n)} ${f.plural(n, { one: "recipient", other: "recipients" })} may get this letter twice.`,
    give_up: (n: number) =>
      `${letters(n)} ${f.plural(n, { one: "counts", other: "count" })} as refused, and will not be sent; this cannot be undone.`,
  },
  act: {
    resend: (n: number) => `Resend ${letters(n)}`,
    give_up: (n: number) => `Give up ${letters(n)}`,
  },
  heldStill: "The campaign is paused: they leave when it is resumed.",
  nothingDone: "These letters were settled meanwhile; nothing changed.",
  settledTitle: "Settled here",
  settled: {
    resend: (n: number) => `${letters(n)} ${f.plural(n, { one: "leaves", other: "leave" })} again`,
    give_up: (n: number) => `${letters(n)} given up`,
  },
};

const ru: typeof en = {
  what: "Сервер получил эти письма целиком, но не ответил: каждое могло и дойти, и не дойти. Без вашего решения ничего не уйдёт второй раз.",
  inDoubt: (n) => `${lettersRu(n)} под вопросом`,
  notShown: (why) => `Список писем не открылся: ${isolated(why)}`,
  more: (shown, all) => `Показаны первые ${r.count(shown)} из ${r.count(all)}; остальные появятся, когда вы решите по этим.`,
  chosen: (n) => `Выбрано: ${r.count(n)}`,
  chooseAll: "Выбрать все письма выпуска",
  choose: (email) => `Выбрать ${email}`,
  address: "Адрес",
  since: "С какого времени",
  last: "Последнее событие",
  attempts: "Попыток",
  noReply: "ответа нет",
  actions: { resend: "Отправить снова", give_up: "Не отправлять" },
  ask: {
    resend: (name, n) => `Отправить снова ${lettersRu(n)} выпуска «${isolated(name)}»?`,
    give_up: (name, n) => `Больше не отправлять ${lettersRu(n)} выпуска «${isolated(name)}»?`,
  },
  happens: {
    resend: (n) =>
      `${r.count(n)} ${r.plural(n, { one: "получатель может", few: "получателя могут", many: "получателей могут", other: "получателя могут" })} получить это письмо дважды.`,
    give_up: (n) =>
      `${lettersRu(n)} ${r.plural(n, { one: "будет учтено", few: "будут учтены", many: "будут учтены", other: "будут учтены" })} как отказ и больше не ${r.plural(n, { one: "уйдёт", few: "уйдут", many: "уйдут", other: "уйдут" })}; вернуть это нельзя.`,
  },
  act: {
    resend: (n) => `Отправить снова ${lettersRu(n)}`,
    give_up: (n) => `Не отправлять ${lettersRu(n)}`,
  },
  heldStill: "Выпуск на паузе: письма уйдут, когда его продолжат.",
  nothingDone: "По этим письмам уже решили; ничего не изменилось.",
  settledTitle: "Решено здесь",
  settled: {
    resend: (n) => `снова ${r.plural(n, { one: "уходит", few: "уходят", many: "уходят", other: "уходят" })} ${lettersRu(n)}`,
    give_up: (n) => `больше не ${r.plural(n, { one: "уйдёт", few: "уйдут", many: "уйдут", other: "уйдут" })} ${lettersRu(n)}`,
  },
};

export const words = { en, ru };
