import type { Plan } from "../api/types";
import type { Words } from "./en";
import { formatsOf, splitDuration } from "./format";
import { isolated } from "./isolate";

const f = formatsOf("ru");
const letterWord = (n: number) => f.plural(n, { one: "письмо", few: "письма", many: "писем", other: "письма" });
const letters = (n: number) => `${f.count(n)} ${letterWord(n)}`;
/** After «по»: «по 1 письму», «по 200 писем». */
const lettersEach = (n: number) =>
  `${f.count(n)} ${f.plural(n, { one: "письму", few: "письма", many: "писем", other: "письма" })}`;
const campaigns = (n: number) =>
  `${f.count(n)} ${f.plural(n, { one: "выпуск", few: "выпуска", many: "выпусков", other: "выпуска" })}`;

function interval(every: string): string {
  const [n, unit] = splitDuration(every);
  // The engine says a day as 24 h.
  if (every === "24h") return "день";
  if (n === 1) return ({ s: "секунду", m: "минуту", h: "час", d: "день", ms: "1 мс" } as Record<string, string>)[unit] ?? `1 ${unit}`;
  const words: Record<string, string> = {
    ms: "мс",
    s: "сек.",
    m: "мин.",
    h: "ч.",
    d: f.plural(n, { one: "день", few: "дня", many: "дней", other: "дня" }),
  };
  return `${n} ${words[unit] ?? unit}`;
}

const leave = (n: number) => f.plural(n, { one: "уйдёт", few: "уйдут", many: "уйдут", other: "уйдут" });

export const ru: Words = {
  language: "Русский",
  formats: f,
  letters,
  campaigns,
  interval,
  plan(plan: Plan, startsAt: string | null): string {
    const start = plan.start_at ?? startsAt;
    const begin = start ? f.moment(start) : "сейчас";
    if (!plan.parts) return `${begin}, весь тираж сразу`;
    const growth = plan.parts.growth > 0 ? `, с ростом на ${plan.parts.growth}% в день` : "";
    return `${begin} по ${lettersEach(plan.parts.size)} раз в ${interval(plan.parts.every)}${growth}`;
  },
  frame: {
    skip: "К списку выпусков",
    skipToLists: "К спискам контактов",
    skipToStep: "К новому выпуску",
    views: "Разделы",
    language: "Язык",
    theme: "Оформление",
    themes: { auto: "Как в системе", light: "Светлое", dark: "Тёмное" },
    settings: "Настройки",
    signedInAs: (name, role) => `${name} · ${role}`,
    signOut: "Выйти",
    roles: { watcher: "наблюдатель без адресов", viewer: "наблюдатель", operator: "оператор", moderator: "модератор", admin: "администратор" },
    close: "Закрыть",
    notLoaded: "Раздел не загрузился: сервер не отвечает. Он откроется, как только сервер ответит.",
  },
  tabs: { outgoing: "Исходящие", drafts: "Черновики", finished: "Завершённые", moderation: "Модерация", doubt: "Под вопросом", lists: "Списки" },
  newCampaign: "Новый выпуск",
  signIn: {
    title: "Вход в Sluice",
    token: "Токен",
    hint: "Он лежит в файле «token» в папке данных сервера. Новые создаёт команда `sluice token create`.",
    submit: "Войти",
    checking: "Проверяем…",
    wrong: "Такого токена нет, или он отозван.",
    broken: "Токен в этой ссылке испорчен: возможно, она обрезана или изменилась по пути. Скопируйте её целиком или введите токен.",
    unreachable: "Сервер не отвечает. Запущен ли он?",
    ended: "Ваш токен больше не принимается. Войдите заново.",
    withProvider: "Войти через организацию",
    orToken: "или по токену",
  },
  connection: {
    opening: "Подключаемся…",
    live: "На связи",
    lost: (since) => `Связи нет с ${since}. Данные могли устареть; подключаемся снова.`,
    retry: "Подключиться сейчас",
    regained: "Связь восстановлена, данные обновлены.",
  },
  status: {
    draft: "Черновик",
    moderation: "На модерации",
    preparing: "Готовится к запуску",
    sending: "Отправляется",
    paused: "На паузе",
    sent: "Выполнен",
    cancelled: "Отменён",
    rejected: "Отклонён модератором",
  },
  card: {
    channel: "E-mail",
    channelLabel: "Канал",
    audience: "Список контактов",
    noAudience: "не выбран",
    recipients: (n) =>
      `${f.count(n)} ${f.plural(n, { one: "получатель", few: "получателя", many: "получателей", other: "получателя" })}`,
    start: "Старт",
    noStart: "не запущен",
    startedBefore: (at) => `раньше ${at}`,
    changed: "Изменён",
    plan: "Настройки отправки",
    released: "выпущен целиком, весь тираж сразу",
    next: (n, at) => `следующая часть: ${letters(n)}, ${at}`,
    rate: (rate) => `${rate} писем/с`,
    expectedEnd: (at) => `закончится ${at}`,
    done: (done, total) => `${f.count(done)} из ${f.count(total)} ${f.plural(total, { one: "письма", few: "писем", many: "писем", other: "писем" })}`,
    heldBy: (by, since) => `на паузе с ${since}, поставил ${isolated(by)}`,
    heldForSpam: (since) => `задержан по подозрению в спаме с ${since}`,
    heldForRefusals: (since) => `задержан с ${since}: почтовый сервер отклоняет его письма`,
    heldForContent: (since) => `задержан с ${since}: уйдёт не то, что одобрено`,
    heldForApproval: (since) => `задержан с ${since}: срок одобрения истёк`,
    refusalIsSenders: "Дело в адресе отправителя, а не в получателях: подтвердите его у провайдера или разрешите на сервере.",
    refusalIsEverybodys: "Скорее всего, дело в отправителе, учётной записи или самом письме, а не в отдельных получателях.",
    mendAndResume: (trial) => `Никто из получателей не потерян. Разберитесь, исправьте и продолжите. ${trial}`,
    resumeEnds: "Отправлять больше нечего: «Продолжить» завершит выпуск как есть.",
    trial: (begun, total, accepted, refused) =>
      `После задержки сначала ${leave(total)} ${letters(total)}; ушло ${f.count(begun)}: принято ${f.count(accepted)}, отказов ${f.count(refused)}. Остальные — когда эти примут.`,
    refusedForNow: (n) => `из них пока отклонено: ${f.count(n)}`,
    relayTrouble: (about, since, text) =>
      `${about === "account" ? "Учётная запись на почтовом сервере не работает" : "Почтовый сервер не принимает письма"} с ${since}: ${isolated(text)}`,
    tries: (n, since, next) => `Попыток с ${since}: ${f.count(n)}; ${next ? `следующая в ${next}.` : "сейчас идёт ещё одна."}`,
    relayFails: (name, since, text) =>
      `Почтовый сервер «${isolated(name)}» не работает с ${since}; его письма отправляют другие: ${isolated(text)}`,
    paceOfLetters: (rate, text) => `Почтовый сервер принимает писем в секунду: ${rate}. Пока письма уходят с этой скоростью: ${isolated(text)}`,
    paceOfConnections: (n, max, text) => `Почтовый сервер пока принимает соединений: ${f.count(n)} из ${f.count(max)}: ${isolated(text)}`,
    delayed: (n, text, next) =>
      `Сервер отложил ${letters(n)}${text ? `, его последний ответ: ${isolated(text)}` : "."}` +
      (next ? ` · Повторная отправка с ${next}.` : ""),
    inDoubt: (n) => `Под вопросом ${letters(n)}: нужно решение.`,
    decideDoubt: "Посмотреть и решить",
    fault: (text) => `Выпуск остановлен из-за сбоя: ${isolated(text)}`,
    inFlight: (n) => `ещё в пути: ${letters(n)}…`,
    drained: (accepted, inDoubt, refused, returned) =>
      `остановлен: принято ${f.count(accepted)}, под вопросом ${f.count(inDoubt)}` +
      (refused > 0 ? `, отказов ${f.count(refused)}` : "") +
      (returned > 0 ? `, не отправлено ${f.count(returned)}` : ""),
    select: (name) => `Выбрать «${isolated(name)}»`,
    more: (name) => `Другие команды для «${isolated(name)}»`,
    progress: "Ход отправки",
  },
  segments: {
    accepted: "принято",
    in_flight: "в пути",
    accumulated: "накоплено",
    refused: "отказ",
    deferred: "повторим",
    skipped: "пропущено",
    in_doubt: "под вопросом",
    to_come: "впереди",
    never_sent: "не будет отправлено",
  },
  list: {
    search: "Поиск",
    searchHint: "Название, тема, список или номер",
    sort: "Сортировка",
    sorts: { changed: "по изменению", start: "по старту", name: "по названию" },
    status: "Статус",
    allStatuses: "все",
    shown: (n) => campaigns(n),
    selected: (n) => `Выбрано: ${f.count(n)}`,
    selectAll: "Выбрать все показанные",
    clear: "Снять выбор",
    empty: {
      outgoing: ["Ничего не отправляется", "Запущенные выпуски появляются здесь и остаются до последнего письма."],
      drafts: ["Черновиков нет", "Выпуск, который ещё готовят, ждёт здесь запуска."],
      finished: ["Завершённых пока нет", "Здесь хранятся выполненные, отменённые и отклонённые выпуски."],
      moderation: ["Проверять нечего", "Здесь появляются выпуски, которым нужен взгляд модератора."],
      doubt: ["Писем под вопросом нет", "Здесь появляются письма, на которые не пришёл ответ сервера: без вашего решения их не отправят второй раз."],
    },
    noMatch: ["Ничего не нашлось", "Под поиск и фильтр не подходит ни один выпуск."],
    resetFilters: "Показать все",
  },
  commands: {
    edit: "Изменить",
    pause: "Пауза",
    resume: "Продолжить",
    look: "Разобраться",
    resumeCount: (n) => `Продолжить · сразу ${letters(n)}`,
    release: "Выпустить целиком",
    cancel: "Отменить",
    details: "Подробности",
    copy: "Копировать…",
    pending: "Выполняется…",
    keep: "Оставить как есть",
    retry: "Повторить",
    refused: (what, why) => `Команда «${what}» отклонена: ${isolated(why)}`,
    failed: (what) => `Команда «${what}» не дошла: сервер не отвечает. Изменилось ли что-то, неизвестно.`,
    noAnswer: "нет ответа; изменилось ли что-то, неизвестно",
    nothingChanged: "Так уже и было; ничего не изменилось.",
  },
  confirm: {
    resumeTitle: (name) => `Продолжить «${isolated(name)}»?`,
    resumeText: (accumulated, later) =>
      `За время паузы накоплено ${letters(accumulated)}: ${f.plural(accumulated, { one: "оно уйдёт", few: "они уйдут", many: "они уйдут", other: "они уйдут" })} сразу.` +
      (later > 0 ? ` ${f.plural(later, { one: "Остальное", few: "Остальные", many: "Остальные", other: "Остальные" })} (${letters(later)}) ${leave(later)} по расписанию.` : ""),
    resumeDo: "Продолжить",
    trialText: (n, later) =>
      n === 0
        ? "Отправлять больше нечего: выпуск завершится как есть."
        : `Сначала ${leave(n)} ${letters(n)}` + (later > 0 ? "; остальные — когда эти примут." : ": это все, что остались."),
    releaseTitle: (name) => `Выпустить «${isolated(name)}» целиком?`,
    releaseText: (n) => `${letters(n)} ${leave(n)} сейчас, что бы ни говорило расписание.`,
    releaseDo: (n) => `Выпустить ${letters(n)}`,
    cancelTitle: (name) => `Отменить «${isolated(name)}»?`,
    cancelText: (n) =>
      `${letters(n)} не ${f.plural(n, { one: "будет отправлено", few: "будут отправлены", many: "будут отправлены", other: "будут отправлены" })} никогда; вернуть это нельзя.`,
    cancelInFlight: (n) => `В пути ${letters(n)}: они ещё могут быть доставлены и будут учтены.`,
    cancelDo: "Отменить выпуск",
    manyTitle: { pause: "Поставить на паузу", resume: "Продолжить", cancel: "Отменить" },
    many: (n) => campaigns(n),
    manyPause: (n) => `Пока вы не продолжите, ни одно письмо больше не уйдёт: ${campaigns(n)}.`,
    manyTrial: (n) => `Задержаны сервером: ${campaigns(n)}. Там сначала уйдут несколько писем, остальные — когда эти примут.`,
    manySkipped: (n) => `Сейчас эту команду не примут и останутся как есть: ${campaigns(n)}.`,
    manyDone: (done, failed) => `Готово: ${campaigns(done)}` + (failed > 0 ? `, не получилось: ${f.count(failed)}` : ""),
  },
  refusals: {
    waiting: (n) => `Пока отклонено: ${letters(n)}. Дело может быть не в получателях, поэтому никто ещё не потерян.`,
    actions: { accept: "Принять отказы", retry: "Попробовать снова" },
    ask: {
      accept: (name) => `Принять отказы в «${isolated(name)}»?`,
      retry: (name) => `Отправить отклонённые письма «${isolated(name)}» снова?`,
    },
    happens: {
      accept: (n) =>
        `${letters(n)} ${f.plural(n, { one: "будет учтено как отказ", few: "будут учтены как отказы", many: "будут учтены как отказы", other: "будут учтены как отказы" })} и не ${leave(n)}; вернуть это нельзя.`,
      retry: (n) => `${letters(n)} ${leave(n)} ещё раз.`,
    },
    heldStill: "Выпуск задержан: они уйдут, когда вы его продолжите.",
    done: { accept: "Отказы приняты", retry: "Письма уходят снова" },
  },
  announce: {
    status: (name, status) => `${isolated(name)}: ${status}`,
  },
  details: {
    title: "Подробности",
    job: "Номер задания",
    putIn: "Создан",
    changed: "Изменён",
    campaign: "Выпуск",
    sender: "Отправитель",
    replyTo: "Ответить на",
    tags: "Метки",
    audience: "Список контактов",
    subject: "Тема",
    plan: "Настройки отправки",
    gone: "Этого выпуска больше нет.",
  },
};
