// What the engine itself says of letters, connections and holds, in Russian (actors/decide.cpp, adapters/smtp); what a
// server or a person said is theirs, and stays as it is.
import { ru } from "./ru";
import { splitDuration } from "./format";
import { spoken, type Phrases } from "./spoken";

const { formats: f } = ru;
const percent = (text: string) => `${f.decimal(Number(text))}%`;
const span = (text: string) => {
  const [n, unit] = splitDuration(text);
  const words: Record<string, string> = { ms: "мс", s: "с", m: "мин.", h: "ч." };
  return words[unit] ? `${n} ${words[unit]}` : text;
};

const sentences: Record<string, string> = {
  "the engine ended before the reply came": "программа завершилась раньше, чем пришёл ответ",
  "no reply came before the engine stopped": "программа остановилась раньше, чем пришёл ответ",
  "the engine stops": "программа останавливается",
  "a letter was called back": "письмо отозвано до передачи",
  "a letter was called back amid its message": "письмо отозвано во время передачи",
  "closed while idle": "связь закрыта без дела",
  "it closed the connection": "сервер закрыл соединение",
  "it refused a message before its end": "сервер отказал письму, не дослушав его",
  "the session was given up": "соединение прервано",
  "cannot connect: Connection refused": "не удаётся подключиться: соединение отклонено",
  "cannot connect: No route to host": "не удаётся подключиться: нет пути к серверу",
  "cannot connect: Network is unreachable": "не удаётся подключиться: сеть недоступна",
  "its name was not resolved in time": "имя сервера не удалось узнать вовремя",
  "TLS failed: no answer in time": "сбой TLS: ответ не пришёл вовремя",
  "it does not offer STARTTLS, and the URL says tls=require": "сервер не предлагает STARTTLS, а в адресе указано tls=require",
  "it offers neither AUTH PLAIN nor AUTH LOGIN, and the URL has a user": "сервер не предлагает ни AUTH PLAIN, ни AUTH LOGIN, а в адресе указан пользователь",
};

const patterns: Phrases["patterns"] = [
  [
    /^([\d.]+)% of the last (\d+) outcomes were refused( as spam)?; the limit is ([\d.e+-]+)%$/,
    (_, share = "", count = "", asSpam = "", limit = "") =>
      `${asSpam ? "как спам отклонено" : "отклонено"} ${percent(share)} из последних ${f.count(Number(count))}; допустимо ${percent(limit)}`,
  ],
  [/^suppressed: (.*)$/s, (_, why = "") => `адрес в списке исключений: ${why}`],
  [/^no reply to the end of data; (.*)$/s, (_, how = "") => `письмо передано до конца, но ответа нет; ${told(how)}`],
  [/^no reply within (\S+)$/, (_, time = "") => `нет ответа ${span(time)}`],
  [/^cannot connect: no answer within (\S+)$/, (_, time = "") => `не удаётся подключиться: нет ответа ${span(time)}`],
  [/^cannot connect: (.*)$/s, (_, why = "") => `не удаётся подключиться: ${why}`],
  [/^cannot write: (.*)$/s, (_, why = "") => `не удаётся передать: ${told(why)}`],
  [/^its name cannot be resolved: (.*)$/s, (_, why = "") => `имя сервера не найдено: ${why}`],
  [/^TLS failed: (.*)$/s, (_, why = "") => `сбой TLS: ${told(why)}`],
  [/^STARTTLS failed: (.*)$/s, (_, why = "") => `сбой STARTTLS: ${why}`],
  [/^it refuses the login: (.*)$/s, (_, why = "") => `сервер отклоняет вход: ${why}`],
  [/^it closes the connection: (.*)$/s, (_, why = "") => `сервер закрывает соединение: ${why}`],
  [/^it does not take us: (.*)$/s, (_, why = "") => `сервер не принимает подключение: ${why}`],
  [/^it does not take our greeting: (.*)$/s, (_, why = "") => `сервер не принимает приветствие: ${why}`],
  [/^it takes no more of the message for (\S+)$/, (_, time = "") => `сервер не принимает продолжение письма ${span(time)}`],
  [/^it answers (MAIL or RCPT|DATA|the end of data) with (.*)$/s, (_, what = "", reply = "") => `ответ сервера на ${what === "the end of data" ? "конец письма" : what.replace(" or ", " или ")}: ${reply}`],
  // "mail.example:25: …"
  [/^(\S+:\d+): (.*)$/s, (_, server = "", why = "") => `${server}: ${told(why)}`],
];

const told = (text: string) => relayWordsInRussian(text) ?? text;

/** Nothing where it is not known. */
export function relayWordsInRussian(text: string): string | null {
  return spoken({ sentences, patterns }, text);
}
