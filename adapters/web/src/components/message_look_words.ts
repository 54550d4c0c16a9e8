import { isolated } from "../i18n/isolate";

const en = {
  message: "Message",
  text: "Text",
  to: "To",
  notShown: (why: string) => `It cannot be shown: ${isolated(why)}`,
  subject: "Subject",
  source: "Source",
};

const ru: typeof en = {
  message: "Письмо",
  text: "Текст",
  to: "Кому",
  notShown: (why) => `Показать не удалось: ${isolated(why)}`,
  subject: "Тема",
  source: "Исходный текст",
};

export const words = { en, ru };
