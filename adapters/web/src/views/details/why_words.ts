// Why a letter has not gone, or what became of it, in the words of the page: the engine's own (actors/why.cpp) name
// commands of the command line and times in UTC. A reason that is not known here stays as the engine says it.
import type { Campaign, LetterRow, Why } from "../../api/types";
import { en as common } from "../../i18n/en";
import { isolated } from "../../i18n/isolate";
import { ru as commonRu } from "../../i18n/ru";
import { saidIn } from "../../i18n/said_in";
import { replyText } from "./words";

export type Reason = Pick<Why, "code" | "text" | "until">;

interface About {
  campaign: Campaign;
  letter: LetterRow;
}

type Tellers = Record<string, (reason: Reason, about: About) => string>;

/** ": words", or nothing. */
function behindColon(text: string): string {
  return text ? `: ${isolated(text)}` : "";
}

const said = (letter: LetterRow) => behindColon(replyText(letter.last_reply, (text) => text));

const { formats: f } = common;
const since = (at: string | null) => (at ? f.moment(at) : "an unknown moment");

const en: Tellers = {
  accepted: (_, { letter }) => `The sending server took it on ${since(letter.changed_at)}${said(letter)}`,
  refused: (_, { letter }) => `It was refused on ${since(letter.changed_at)}${said(letter)}`,
  skipped: (_, { letter }) => `It was skipped on ${since(letter.changed_at)}${said(letter)}`,
  in_flight: (_, { letter }) => `It has been on its way to the sending server since ${since(letter.changed_at)}; the reply is awaited`,
  in_doubt: (_, { letter, campaign }) =>
    `It was sent to its end on ${since(letter.changed_at)} and the reply never came, so it may have arrived` +
    (campaign.on_doubt === "hold" ? "; it waits for a person's decision" : "; it is sent again by itself, under the same Message-ID"),
  cancelled: () => "The campaign was cancelled: it will never leave",
  rejected: (_, { campaign }) => `The moderator rejected the campaign${behindColon(campaign.moderation.words)}. It will never leave`,
  suppressed: () => "The address is on the suppression list: the letter will be skipped when its turn comes",
  fault: (_, { campaign }) => `The campaign stands still because of a fault${behindColon(campaign.fault ?? "")}`,
  paused: (_, { campaign: { hold } }) =>
    !hold
      ? "The campaign is paused"
      : hold.reason === "spam_suspicion"
        ? `The campaign has been held on suspicion of spam since ${f.moment(hold.since)}${behindColon(hold.text)}`
        : `The campaign has been paused since ${f.moment(hold.since)}, by ${isolated(hold.by)}${behindColon(hold.text)}`,
  draft: () => "The campaign is a draft: nobody has started it yet",
  moderation: () => "The campaign waits for a moderator",
  preparing: ({ until }) => `The campaign starts on ${since(until)}`,
  part: ({ until }) => `Its part is due on ${since(until)}`,
  deferred: ({ until }, { letter }) =>
    `It was put off on ${since(letter.changed_at)}${said(letter)}. It is tried again on ${since(until)}`,
  relay_away: (_, { campaign: { relay_trouble: trouble } }) =>
    trouble
      ? `The sending server has taken no letters since ${f.moment(trouble.since)}${behindColon(trouble.text)}. It is tried again and again`
      : "The sending server does not take letters; it is tried again and again",
  domain_limit: () => "Its turn has not come: the letters to its domain are kept to a rate",
  rate_limit: () => "Its turn has not come: the letters of all campaigns together are kept to a rate",
  waiting: (_, { letter }) =>
    `It is due and waits for its turn` +
    (letter.attempts > 0
      ? `; it was tried ${f.count(letter.attempts)} ${f.plural(letter.attempts, { one: "time", other: "times" })} and came back${said(letter)}`
      : ""),
};

const { formats: r } = commonRu;
const told = (text: string) => saidIn("ru", text);
const saidRu = (letter: LetterRow) => behindColon(replyText(letter.last_reply, told));
const sinceRu = (at: string | null) => (at ? r.moment(at) : "неизвестно когда");

const ru: Tellers = {
  accepted: (_, { letter }) => `Отправляющий сервер принял его ${sinceRu(letter.changed_at)}${saidRu(letter)}`,
  refused: (_, { letter }) => `Отклонено ${sinceRu(letter.changed_at)}${saidRu(letter)}`,
  skipped: (_, { letter }) => `Пропущено ${sinceRu(letter.changed_at)}${saidRu(letter)}`,
  in_flight: (_, { letter }) => `Передаётся отправляющему серверу с ${sinceRu(letter.changed_at)}; ждём ответа`,
  in_doubt: (_, { letter, campaign }) =>
    `Отправлено до конца ${sinceRu(letter.changed_at)}, но ответ не пришёл: возможно, оно доставлено` +
    (campaign.on_doubt === "hold" ? "; ждёт решения человека" : "; само уйдёт ещё раз, с тем же Message-ID"),
  cancelled: () => "Выпуск отменён: письмо не уйдёт никогда",
  rejected: (_, { campaign }) => `Модератор отклонил выпуск${behindColon(campaign.moderation.words)}. Письмо не уйдёт никогда`,
  suppressed: () => "Адрес в списке исключений: когда подойдёт очередь, письмо будет пропущено",
  fault: (_, { campaign }) => `Выпуск остановлен из-за сбоя${behindColon(told(campaign.fault ?? ""))}`,
  paused: (_, { campaign: { hold } }) =>
    !hold
      ? "Выпуск на паузе"
      : hold.reason === "spam_suspicion"
        ? `Выпуск задержан по подозрению в спаме с ${r.moment(hold.since)}${behindColon(told(hold.text))}`
        : `Выпуск на паузе с ${r.moment(hold.since)}, поставил ${isolated(hold.by)}${behindColon(hold.text)}`,
  draft: () => "Выпуск ещё черновик: его никто не запускал",
  moderation: () => "Выпуск ждёт модератора",
  preparing: ({ until }) => `Выпуск стартует ${sinceRu(until)}`,
  part: ({ until }) => `Срок его части: ${sinceRu(until)}`,
  deferred: ({ until }, { letter }) =>
    `Отложено ${sinceRu(letter.changed_at)}${saidRu(letter)}. Следующая попытка: ${sinceRu(until)}`,
  relay_away: (_, { campaign: { relay_trouble: trouble } }) =>
    trouble
      ? `Отправляющий сервер не принимает письма с ${r.moment(trouble.since)}${behindColon(told(trouble.text))}. Попытки продолжаются`
      : "Отправляющий сервер не принимает письма; попытки продолжаются",
  domain_limit: () => "Очередь ещё не подошла: скорость отправки на этот домен ограничена",
  rate_limit: () => "Очередь ещё не подошла: общая скорость отправки ограничена",
  waiting: (_, { letter }) =>
    "Срок наступил, письмо ждёт своей очереди" +
    (letter.attempts > 0
      ? `; попыток было ${r.count(letter.attempts)}, последняя не удалась${saidRu(letter)}`
      : ""),
};

const tellers = { en, ru };

export function whyWords(language: keyof typeof tellers, reason: Reason, about: About): string {
  return tellers[language][reason.code]?.(reason, about) ?? reason.text;
}
