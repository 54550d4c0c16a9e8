import { en as common } from "../../i18n/en";
import { isolated } from "../../i18n/isolate";
import { ru as commonRu } from "../../i18n/ru";

const f = common.formats;
const r = commonRu.formats;

const en = {
  title: (name: string) => `Copy “${isolated(name)}”`,
  name: "Name of the new draft",
  nameOf: (name: string) => `${name} (copy)`,
  who: "To whom",
  same: "The same audience",
  some: "Only to those of it who were",
  outcomes: {
    refused: (n: number) => `refused (${f.count(n)})`,
    skipped: (n: number) => `skipped (${f.count(n)})`,
    not_sent: (n: number) => `not sent (${f.count(n)})`,
    in_doubt: (n: number) => `in doubt (${f.count(n)})`,
  },
  act: "Make the draft",
};

const ru: typeof en = {
  title: (name) => `Копия «${isolated(name)}»`,
  name: "Название нового черновика",
  nameOf: (name) => `${name} (копия)`,
  who: "Кому",
  same: "Тому же списку",
  some: "Только тем из него, кому письмо",
  outcomes: {
    refused: (n) => `отклонено (${r.count(n)})`,
    skipped: (n) => `пропущено (${r.count(n)})`,
    not_sent: (n) => `не отправлено (${r.count(n)})`,
    in_doubt: (n) => `осталось без ответа сервера (${r.count(n)})`,
  },
  act: "Создать черновик",
};

export const copyWords = { en, ru };
