// What the engine has to say, in a language of the page: its notices (messages/notice.hpp) put into the words of a table.
// messages/notice_words.hpp tells how the tables are written. A code that is not in them (a newer engine's) is shown in
// the engine's own words.
import type { Notice } from "../api/types";
import { splitDuration } from "./format";
import { noticesEn } from "./notices_en";
import { noticesRu } from "./notices_ru";
import { languages, type Language } from "./languages";

/** What has a notice beside its English words: a trouble, a hold, an error. */
export interface Spoken {
  notice?: Notice | null;
  /** The engine's words. */
  text: string;
}

interface Names {
  status: Record<string, string>;
  command: Record<string, string>;
  role: Record<string, string>;
  field: Record<string, string>;
  step: Record<string, string>;
  units: Record<string, string>;
  quoted: (name: string) => string;
}

const names: Record<Language, Names> = {
  en: {
    status: {},
    command: {},
    role: {},
    field: {},
    step: {},
    units: {},
    quoted: (name) => name,
  },
  ru: {
    status: languages.ru.status,
    command: {
      start: "Запустить",
      approve: "Одобрить",
      reject: "Отклонить",
      pause: languages.ru.commands.pause,
      resume: languages.ru.commands.resume,
      release: languages.ru.commands.release,
      cancel: languages.ru.commands.cancel,
      edit: languages.ru.commands.edit,
      discard: "Удалить",
      resend_doubt: "Отправить снова",
      give_up_doubt: "Не отправлять",
      accept_refusals: "Принять отказы",
      retry_refusals: "Повторить отклонённые",
    },
    role: languages.ru.frame.roles,
    field: {
      name: "Название",
      from: "Отправитель",
      reply_to: "Ответить на",
      subject: "Тема",
      text: "Текст",
      html: "HTML",
      unsubscribe_url: "Адрес отписки",
      to_name: "Имя получателя",
      preheader: "Прехедер",
      unsubscribe_mailto: "Отписка письмом",
      list: "Название рассылки",
      envelope_sender: "Адрес возврата",
      headers: "Заголовки",
      attachments: "Вложения",
      addresses: "Адреса",
      audience: "Список контактов",
      plan: "Настройки отправки",
      "plan.start_at": "Начало",
      "plan.parts": "Части",
      "plan.parts.size": "Писем в части",
      "plan.parts.every": "Часть раз в",
      "plan.parts.growth": "Рост",
    },
    step: { "the end of data": "конец письма", "MAIL or RCPT": "MAIL или RCPT" },
    units: { ms: "мс", s: "с", m: "мин.", h: "ч.", d: "дн." },
    quoted: (name) => `«${name}»`,
  },
};

const tables: Record<Language, Record<string, string>> = { en: noticesEn, ru: noticesRu };
const lineWord: Record<Language, string> = { en: "line", ru: "строка" };

const named = (of: Record<string, string>, name: string) => (Object.hasOwn(of, name) ? (of[name] ?? name) : name);

/** One parameter as the table asks for it; empty where it is not there. */
function parameter(language: Language, notice: Notice, slot: string): string {
  const [spec = "", ...forms] = slot.split("|");
  const [name = "", kind = ""] = spec.split(":");
  const { formats: f } = languages[language];
  const own = names[language];
  if (name === "causes") return (notice.causes ?? []).map((one) => noticeWords(language, one)).join("; ");
  const value = notice[name];
  if (typeof value === "number") {
    const shown = kind === ".1f" ? Math.round(value * 10) / 10 : value;
    const [one = "", few = "", many = few] = forms;
    return forms.length > 0 ? `${f.decimal(shown)} ${f.plural(shown, { one, few, many, other: few })}` : f.decimal(shown);
  }
  if (typeof value !== "string") return "";
  switch (kind) {
    case "time":
      return Number.isNaN(Date.parse(value)) ? value : f.moment(value);
    case "duration": {
      const [n, unit] = splitDuration(value);
      return own.units[unit] ? `${f.count(n)} ${own.units[unit]}` : value;
    }
    case "status":
    case "command":
    case "role":
    case "step":
      return kind === "status" || kind === "command" ? own.quoted(named(own[kind], value)) : named(own[kind], value);
    case "commands":
      return value
        .split(", ")
        .map((one) => own.quoted(named(own.command, one)))
        .join(", ");
    default:
      return value;
  }
}

/** The table's words with the parameters in them; what stands in brackets only where all that it names is there. */
function filled(language: Language, notice: Notice, words: string): string {
  let made = "";
  let inside = "";
  let depth = 0;
  let isWhole = true;
  const put = (text: string) => {
    if (depth > 0) inside += text;
    else made += text;
  };
  for (const [piece] of words.matchAll(/\\.|\{[^}]*\}|[^]/gu)) {
    if (piece === "[") {
      depth = 1;
      inside = "";
      isWhole = true;
    } else if (piece === "]") {
      depth = 0;
      if (isWhole) made += inside;
    } else if (piece.startsWith("\\")) {
      put(piece.slice(1));
    } else if (piece.startsWith("{")) {
      const text = parameter(language, notice, piece.slice(1, -1));
      isWhole &&= text !== "";
      put(text);
    } else {
      put(piece);
    }
  }
  return made;
}

/** "mail.example:25: ", "html, line 3: ". */
function place(language: Language, { server, field, line }: Notice): string {
  const parts = [];
  if (typeof field === "string") parts.push(named(names[language].field, field));
  if (typeof line === "number") parts.push(`${lineWord[language]} ${languages[language].formats.count(line)}`);
  return (typeof server === "string" ? `${server}: ` : "") + (parts.length > 0 ? `${parts.join(", ")}: ` : "");
}

/** `otherwise`: the engine's words, for a code that is not known here. */
export function noticeWords(language: Language, notice: Notice, otherwise = notice.code): string {
  const table = tables[language];
  const words = Object.hasOwn(table, notice.code) ? table[notice.code] : undefined;
  return words === undefined ? otherwise : place(language, notice) + filled(language, notice, words);
}

export function spokenIn(language: Language, { notice, text }: Spoken): string {
  return notice ? noticeWords(language, notice, text) : text;
}

/** Moderation's reasons, each with its notice. */
export function spokenReasons({ reasons, notices }: { reasons: string[]; notices: Notice[] }): Spoken[] {
  return reasons.map((text, at) => ({ text, notice: notices[at] ?? null }));
}
