// Why the engine refuses something, in Russian (actors/decide.cpp, moderation.cpp, letter_template.cpp, messages/address.cpp,
// adapters/http and adapters/import say it in English).
import { leftOutReasons } from "./left_out_ru";
import { ru } from "./ru";
import { spoken, type Phrases } from "./spoken";

const { formats: f } = ru;
const bytes = (text: string) => `${f.count(Number(text))} ${f.plural(Number(text), { one: "байт", few: "байта", many: "байт", other: "байта" })}`;
const rows = (n: number) => `${f.count(n)} ${f.plural(n, { one: "строка", few: "строки", many: "строк", other: "строки" })}`;
const statusOf = (name: string) => (ru.status as Record<string, string>)[name] ?? name;

const commands: Record<string, string> = {
  start: "Запустить",
  approve: "Одобрить",
  reject: "Отклонить",
  pause: ru.commands.pause,
  resume: ru.commands.resume,
  release: ru.commands.release,
  cancel: ru.commands.cancel,
  edit: ru.commands.edit,
  discard: "Удалить",
  resend_doubt: "Отправить снова",
  give_up_doubt: "Не отправлять",
};
const command = (name: string) => `«${commands[name] ?? name}»`;

const fields: Record<string, string> = {
  name: "Название",
  from: "Отправитель",
  reply_to: "Ответить на",
  subject: "Тема",
  text: "Текст",
  html: "HTML",
  unsubscribe_url: "Адрес отписки",
  addresses: "Адреса",
  audience: "Список контактов",
  plan: "Настройки отправки",
  "plan.start_at": "Начало",
  "plan.parts": "Части",
  "plan.parts.size": "Писем в части",
  "plan.parts.every": "Часть раз в",
  "plan.parts.growth": "Рост",
};

const addressFaults: Record<string, string> = {
  "nothing stands before the @": "перед @ ничего нет",
  "more than 64 octets stand before the @": "перед @ больше 64 байт",
  "a dot stands at an end or beside another before the @": "перед @ точка стоит с краю или рядом с другой",
  "a character before the @ is not allowed there": "перед @ есть недопустимый символ",
  "an invisible character stands before the @": "перед @ есть невидимый символ",
  "a dot stands at an end of the domain or beside another": "в домене точка стоит с краю или рядом с другой",
  "a label of the domain is longer than 63 octets": "часть домена длиннее 63 байт",
  "a label of the domain begins or ends with a hyphen": "часть домена начинается или кончается дефисом",
  "a character in the domain is not allowed there": "в домене есть недопустимый символ",
  "nothing stands behind the @": "после @ ничего нет",
  "the domain has no dot": "в домене нет точки",
  "the domain ends with a number": "домен кончается числом",
  "an invisible character stands in the domain": "в домене есть невидимый символ",
  "a dot in the domain is none of ASCII": "точка в домене не из ASCII",
  "it is not UTF-8": "это не UTF-8",
  "it has no @": "нет знака @",
  "it has more than 254 octets": "в нём больше 254 байт",
  "it has a line break or another control character": "есть перевод строки или другой управляющий символ",
  "a > has no <": "знаку > не хватает <",
  'the name before the < must stand in double quotes if it has one of ()<>[]:;@,\\"':
    'имя перед <, если в нём есть ()<>[]:;@,\\", берут в двойные кавычки',
};

const sentences: Record<string, string> = {
  "the engine cannot be reached": "сервер не отвечает",
  "this token is not known, or was revoked": "такого токена нет, или он отозван",
  "the engine is shutting down; try again when it is back": "сервер останавливается; повторите, когда он снова заработает",
  "the first request with this idempotency key is under way; try again": "эта команда ещё выполняется; повторите позже",
  "this must be an object": "это должен быть объект",
  // of a campaign
  "it is not UTF-8": "это не UTF-8",
  "is not UTF-8": "это не UTF-8",
  "a campaign needs a name": "у выпуска должно быть название",
  "it has a line break or another control character": "есть перевод строки или другой управляющий символ",
  "a letter needs a subject": "у письма должна быть тема",
  "a letter needs text, html or both": "письму нужен текст, HTML или оба",
  "it must begin with https://, http:// or mailto:": "адрес должен начинаться с https://, http:// или mailto:",
  "the year has more than four digits": "в годе больше четырёх цифр",
  "it must be from 1s to 365d": "от 1 секунды до 365 дней",
  "must be from 1s to 365d": "от 1 секунды до 365 дней",
  "the last part would fall due after the year 9999; make the parts larger, or let them follow faster":
    "последняя часть ушла бы после 9999 года; сделайте части больше или интервал короче",
  // of a template
  "over 2 MiB": "больше 2 МиБ",
  "Unclosed tag": "тег не закрыт: нет }}",
  "Invalid set delimiter tag": "неверный тег смены скобок",
  "a tag without a name": "тег без имени",
  "the recipient's address cannot stand in a letter": "адрес этого получателя нельзя поставить в письмо",
  "the letter comes out over 2 MiB": "письмо получается больше 2 МиБ",
  "a template comes out over 2 MiB": "письмо получается больше 2 МиБ",
  "unsubscribe_url comes out over 2 MiB": "адрес отписки получается больше 2 МиБ",
  "unsubscribe_url comes out without https://, http:// or mailto: for this recipient":
    "адрес отписки у этого получателя получается без https://, http:// или mailto:",
  "unsubscribe_url comes out too long for a header line of 998 octets": "адрес отписки получается длиннее 998 байт",
  // of a file with recipients
  "the file is empty": "файл пуст",
  "the list has no recipients": "в списке нет получателей",
  "the file is UTF-16 or no text at all; save it as UTF-8 and import that": "файл в UTF-16 или вовсе не текст; сохраните его в UTF-8 и загрузите снова",
  "this is a JSON list; JSON Lines has one object on each line": "это список JSON; в JSON Lines на каждой строке один объект",
  "there is no line that names the columns": "нет строки с названиями столбцов",
  "the first line, which should name the columns, is over 256 KiB": "первая строка, где должны быть названия столбцов, длиннее 256 КиБ",
  "the line that names the columns has a quote that does not end, or is over 256 KiB":
    "в строке с названиями столбцов не закрыта кавычка, или она длиннее 256 КиБ",
  "the line that names the columns is not UTF-8; save the file as UTF-8": "строка с названиями столбцов не в UTF-8; сохраните файл в UTF-8",
};

const told = (text: string) => refusalInRussian(text) ?? text;

const patterns: Phrases["patterns"] = [
  [
    /^\S+ is (\w+) and cannot be told to (\w+)(?: \(under the hold it is in (\w+)\))?; (?:nothing changes it any more|it allows: (.*))$/,
    (_, status = "", what = "", stage = "", allowed = "") =>
      `статус выпуска «${statusOf(status)}»${stage && ` (до паузы «${statusOf(stage)}»)`}, команда ${command(what)} сейчас невозможна; ` +
      (allowed ? `возможны: ${allowed.split(", ").map(command).join(", ")}` : "изменить его уже нельзя"),
  ],
  [/^there is no campaign (\S+)$/, (_, id = "") => `выпуска ${id} нет`],
  [/^there is no audience (\S+)$/, (_, id = "") => `списка контактов ${id} нет`],
  [/^\S+ has no audience yet(?:; give it one, then start it)?$/, () => "у выпуска ещё нет списка контактов"],
  [
    /^the role (\w+) of the token "(.*)" does not allow this$/s,
    (_, role = "", name = "") => `роль «${(ru.frame.roles as Record<string, string>)[role] ?? role}» токена «${name}» этого не позволяет`,
  ],
  [
    /^(\S+) is a free-mail domain, and its DMARC policy has letters from other servers refused everywhere; send from a domain of your own$/,
    (_, domain = "") =>
      `${domain} — домен бесплатной почты: по его политике DMARC такие письма с других серверов не примут нигде; отправляйте со своего домена`,
  ],
  [/^(".*") is no mail address: (.*)$/s, (_, text = "", why = "") => `${text} — не почтовый адрес: ${addressFaults[why] ?? why}`],
  [/^has more than (\d+) bytes$/, (_, most = "") => `больше ${bytes(most)}`],
  [/^must be a whole number from (\d+) to (\d+)$/, (_, least = "", most = "") => `целое число от ${f.count(Number(least))} до ${f.count(Number(most))}`],
  [/^a part has 1 to (\d+) letters$/, (_, most = "") => `в части от 1 до ${f.count(Number(most))} писем`],
  [/^it is at most (\d+) percent a day$/, (_, most = "") => `не больше ${f.count(Number(most))}% в день`],
  [/^is needed: a list of 1 to (\d+) addresses$/, (_, most = "") => `нужен хотя бы один адрес, и не больше ${most}`],
  [/^more than (\d+) sections within sections$/, (_, most = "") => `больше ${most} секций одна в другой`],
  [/^Unopened section "(.*)"$/s, (_, name = "") => `секция {{/${name}}} закрыта, но не открыта`],
  [/^Unclosed section "(.*)"$/s, (_, name = "") => `секция {{#${name}}} не закрыта`],
  [/^(\{\{> .*\}\}): a letter has no partials; put the text itself there$/s, (_, tag = "") => `${tag}: вставок из других файлов в письмах нет; поставьте сам текст`],
  [/^(\{\{.*\}\}): templates have no inheritance here$/s, (_, tag = "") => `${tag}: наследования шаблонов здесь нет`],
  [
    /^(\{\{.*\}\}) is Handlebars; in Mustache write (\{\{#field\}\} … \{\{\/field\}\}) and (\{\{\^field\}\} … \{\{\/field\}\})$/s,
    (_, tag = "") => `${tag} — это Handlebars; в Mustache пишут {{#поле}} … {{/поле}} и {{^поле}} … {{/поле}}`,
  ],
  [/^column (\d+) has no name$/, (_, number = "") => `у столбца ${number} нет названия`],
  [/^the first line names no column `email`; it has: (.*)$/s, (_, names = "") => `в первой строке нет столбца «email»; в ней: ${names}`],
  [/^the column `(.*)` is there twice$/s, (_, name = "") => `столбец «${name}» назван дважды`],
  [
    /^no recipient could be taken: (.*?)(?:; the first on line (\d+))?$/s,
    (_, counted = "", line = "") =>
      `не принят ни один получатель: ${[...counted.matchAll(/(\d+) × (.+?)(?= \d+ × |$)/g)]
        .map(([, count = "", reason = ""]) => `${rows(Number(count))} ${leftOutReasons[reason] ?? reason}`)
        .join(", ")}` + (line && `; первая из них — ${line}-я`),
  ],
  // "line 3: …", "html, line 3: …", "plan.parts: …"
  [/^line (\d+): (.*)$/s, (_, line = "", why = "") => `строка ${line}: ${told(why)}`],
  [
    new RegExp(`^(${Object.keys(fields).join("|")})(?:, line (\\d+))?: (.*)$`, "s"),
    (_, field = "", line = "", why = "") => `${fields[field] ?? field}${line && `, строка ${line}`}: ${told(why)}`,
  ],
];

/** Nothing where it is not known. */
export function refusalInRussian(text: string): string | null {
  return spoken({ sentences, patterns }, text);
}
