// The engine tells its reasons for moderation in English (actors/moderation.cpp); here are their patterns in Russian.
import { ru } from "./ru";

const { formats: f } = ru;
const times = (text: string) => f.plural(Number(text), { one: "раз", few: "раза", many: "раз", other: "раза" });

const patterns: [RegExp, (...found: string[]) => string][] = [
  [
    /^campaign number (\d+) of (\S+); the first (\d+) of a sender domain are looked at$/,
    (_, number = "", domain = "", first = "") =>
      `это выпуск № ${number} с домена ${domain}; первые ${first} с каждого домена проверяет модератор`,
  ],
  [
    /^([\d.]+)% role addresses \(info@, sales@ …\) in the audience; limit ([\d.]+)%$/,
    (_, share = "", limit = "") =>
      `служебных адресов (info@, sales@ …) в списке ${f.decimal(Number(share))}%; допустимо ${f.decimal(Number(limit))}%`,
  ],
  [/^no unsubscribe link: /, () => "нет ссылки для отписки: адрес отписки пуст, а выпуску он нужен"],
  [
    /^(\d+) recipients, ([\d.]+) times the sender's largest audience so far \((\d+)\); limit ([\d.]+) times$/,
    (_, size = "", growth = "", largest = "", limit = "") =>
      `${ru.card.recipients(Number(size))}: в ${f.decimal(Number(growth))} ${times(growth)} больше самого большого списка отправителя (${f.count(Number(largest))}); допустимо в ${f.decimal(Number(limit))} ${times(limit)}`,
  ],
  [
    /^"(.*)" in the message matches the suspicious pattern "(.*)"$/s,
    (_, found = "", pattern = "") => `«${found}» в письме подходит под подозрительный шаблон «${pattern}»`,
  ],
];

/** The reason in Russian; one that is not known here stays as the engine says it. */
export function reasonInRussian(reason: string): string {
  for (const [pattern, told] of patterns) {
    const found = pattern.exec(reason);
    if (found) return told(...found);
  }
  return reason;
}
